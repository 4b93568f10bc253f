// Command pulumi-resource-kubernetes serves the official Kubernetes provider.
//
// The upstream command embeds two files that its release process generates, so it cannot be built as a module; this
// one embeds their sources. They are not in this folder: the toolchain takes them from the provider's module and hands
// them to the compiler with `go build -overlay` (`embeds` in lab/toolchain/pins.py). The whole schema is needed, not
// just a name: `pulumi import` and `Resource.get` read from it which live properties are inputs.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"slices"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

// version is set by the linker to that of the SDK in go.mod.
var version string

func main() {
	if version == "" || len(schema) == 0 || schema[0] != '{' {
		fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes: built without its version or schema; build it with `cartorio toolchain --build`")
		os.Exit(1)
	}
	// The schema in the module has no version; the release process adds it, as is done here.
	head := fmt.Appendf(nil, "{%q: %q,", "version", version)
	provider.Serve("kubernetes", version, slices.Concat(head, schema[1:]), terraformMapping)
}
