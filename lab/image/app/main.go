// Command app stands in for Cartório's application in the lab: it has the API's and the workers' life cycle (start,
// readiness, drain, stop) and none of their business. The chart's probes and its shutdown are tried against it.
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

const maxDrain = 10 * time.Minute

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	if err := run(log); err != nil {
		log.Error("stopped", "error", err.Error())
		os.Exit(1)
	}
}

func run(log *slog.Logger) error {
	if len(os.Args) != 2 || (os.Args[1] != "api" && os.Args[1] != "workers") {
		return errors.New("usage: app api|workers")
	}
	drain, err := drainTime(os.Getenv("CARTORIO_DRAIN_SECONDS"))
	if err != nil {
		return err
	}
	address := os.Getenv("CARTORIO_ADDRESS")
	if address == "" {
		address = ":8080"
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	var ready atomic.Bool
	server := &http.Server{
		Addr:              address,
		Handler:           routes(os.Args[1], &ready),
		ReadHeaderTimeout: 5 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	ready.Store(true)
	log.Info("serving", "role", os.Args[1], "address", address)

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	// Not ready first, and only later deaf: endpoints and load balancers learn of it in between.
	ready.Store(false)
	log.Info("draining", "seconds", drain.Seconds())
	time.Sleep(drain)
	last, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return server.Shutdown(last)
}

func drainTime(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 0 || time.Duration(seconds)*time.Second > maxDrain {
		return 0, errors.New("CARTORIO_DRAIN_SECONDS must be a number of seconds from 0 to 600, not " + strconv.Quote(text))
	}
	return time.Duration(seconds) * time.Second, nil
}

func routes(role string, ready *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	alive := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	mux.HandleFunc("GET /livez", alive)
	mux.HandleFunc("GET /startupz", alive)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			http.Error(w, "draining", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"role":"` + role + `"}` + "\n"))
	})
	return mux
}
