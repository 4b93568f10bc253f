"""What the toolchain consists of, as data: the one place to pin, add or drop a tool.

A tool's version is not written here: it is read from the `go.mod` of its group (`modules/<group>/`), so that
`go get` there is all it takes to move it. Groups are apart so that their dependencies do not fight over versions.
"""

from __future__ import annotations

from lab.toolchain.catalogue import Catalogue, Data, ModuleFile, Patch, Probe, Tool
from lab.toolchain.crds import CRDS
from lab.toolchain.versions import Match


def _kubernetes(name: str, *arguments: str, pattern: str = r"Kubernetes v(\S+)") -> Tool:
    # One control plane: its parts, and kubectl that speaks to it, are of one minor release.
    return Tool(
        name=name,
        group="kubernetes",
        module="k8s.io/kubernetes",
        package=f"k8s.io/kubernetes/cmd/{name}",
        probe=Probe(arguments or ("--version",), pattern),
        match=Match.SAME_MINOR,
        variables=(
            ("k8s.io/component-base/version.gitVersion", "{tag}"),
            ("k8s.io/component-base/version.gitMajor", "{major}"),
            ("k8s.io/component-base/version.gitMinor", "{minor}"),
        ),
    )


def _stage(path: str) -> ModuleFile:
    return ModuleFile("sigs.k8s.io/kwok", f"kustomize/stage/{path}", path)


# The newest version of the policy that the fixtures are written for: Kubernetes adds one when a check changes.
_PODS_VERSION = "v1.35"
_PODS = "k8s.io/pod-security-admission"


def _flux(name: str) -> Tool:
    return Tool(
        name=name,
        group="flux",
        module=f"github.com/fluxcd/{name}",
        package=f"github.com/fluxcd/{name}",
        probe=None,  # they do not tell their version
        on_demand=True,
    )


_LISTING_REFERRERS = Patch(
    "github.com/google/go-containerregistry",
    "cmd/crane/cmd/serve.go",
    (
        (
            "registry.New(registry.WithBlobHandler(bh))",
            "registry.New(registry.WithBlobHandler(bh), registry.WithReferrersSupport(true))",
        ),
    ),
)
_PROVIDER = "github.com/pulumi/pulumi-kubernetes/provider/v4"
_COMMAND = "cmd/pulumi-resource-kubernetes"

# The provider waits for an object to go in two ways: it asks once, and it watches. An object that goes after it was
# asked and before the watch has listed what is there is seen by neither, and the delete hangs until its timeout of ten
# minutes (2 of 10 destroys on loopback). Asking again every second ends that.
_AWAIT_DELETION = Patch(
    _PROVIDER,
    "pkg/await/condition/deleted.go",
    (
        ('\t"sync/atomic"\n', '\t"sync/atomic"\n\t"time"\n'),
        (
            "\twg.Wait()\n",
            """\tobserved := make(chan struct{})
\tgo func() {
\t\twg.Wait()
\t\tclose(observed)
\t}()
\tfor waiting := true; waiting && !dc.deleted.Load(); {
\t\tselect {
\t\tcase <-observed:
\t\t\twaiting = false
\t\tcase <-time.After(time.Second):
\t\t\tdc.refreshClusterState()
\t\t}
\t}
""",
        ),
    ),
)

_KNATIVE = "knative.dev/pkg"
_POLICY_CONTROLLER = "github.com/sigstore/policy-controller"

# What policy-controller is made of listens on every interface, and on ports that nobody can choose: its flag for the
# webhook's is read after it was used (v0.13.1, `cmd/webhook/main.go`). Labs are on loopback, several beside each other.
_ON_LOOPBACK = (
    Patch(
        _KNATIVE,
        "webhook/webhook.go",
        (
            ('\t"net/http"\n', '\t"net/http"\n\t"os"\n'),
            ('fmt.Sprint(":", wh.Options.Port)', '"127.0.0.1:" + os.Getenv("WEBHOOK_PORT")'),
        ),
    ),
    Patch(
        _KNATIVE,
        "injection/health_check.go",
        (('\t"strconv"\n', '\t"os"\n'), ('":" + strconv.Itoa(port)', '"127.0.0.1:" + os.Getenv("HEALTH_PORT")')),
    ),
    Patch(_KNATIVE, "profiling/server.go", (('":" + port', '"127.0.0.1:" + port'),)),
)

CATALOGUE = Catalogue(
    items=(
        Tool(
            name="pulumi",
            group="engine",
            module="github.com/pulumi/pulumi/pkg/v3",
            package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            probe=Probe(("version",), r"^v?(\d\S*)"),
            variables=(("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", "{version}"),),
        ),
        Data(
            name="pulumi-language-python-exec",
            group="engine",
            module="github.com/pulumi/pulumi/sdk/v3",
            files=(
                ModuleFile(
                    "github.com/pulumi/pulumi/sdk/v3",
                    "python/cmd/pulumi-language-python-exec",
                    "pulumi-language-python-exec",
                ),
            ),
        ),
        Tool(
            name="pulumi-resource-kubernetes",
            group="provider-kubernetes",
            # The provider's own module has no release tags; the SDK it is built with has the release's number.
            module="github.com/pulumi/pulumi-kubernetes/sdk/v4",
            package=".",
            probe=None,
            variables=(("main.version", "{version}"), (f"{_PROVIDER}/pkg/version.Version", "{version}")),
            embeds=(
                ModuleFile(_PROVIDER, f"{_COMMAND}/schema.json", "schema.json"),
                ModuleFile(_PROVIDER, f"{_COMMAND}/terraform-mapping.json", "terraform-mapping.json"),
            ),
            patches=(_AWAIT_DELETION,),
            plugin="resource-kubernetes",
        ),
        Tool(
            name="etcd",
            group="etcd",
            module="go.etcd.io/etcd/server/v3",
            package="go.etcd.io/etcd/server/v3",
            probe=Probe(("--version",), r"etcd Version: (\S+)"),
            minimum="3.6.0",
        ),
        _kubernetes("kube-apiserver"),
        _kubernetes("kube-controller-manager"),
        _kubernetes("kube-scheduler"),
        # What Kubernetes itself makes of pods at each level of the Pod Security Standards: the pack is held to it.
        Data(
            name="pod-security-fixtures",
            group="kubernetes",
            module=_PODS,
            files=(
                *(
                    ModuleFile(_PODS, f"test/testdata/{level}/{_PODS_VERSION}/{verdict}/*.yaml", f"{level}/{verdict}")
                    for level in ("baseline", "restricted")
                    for verdict in ("pass", "fail")
                ),
                ModuleFile(_PODS, "test/run.go", "run.go"),
                ModuleFile(_PODS, "policy/check_*.go", "policy"),
            ),
            on_demand=True,
        ),
        _kubernetes("kubectl", "version", "--client", pattern=r"Client Version: v?(\S+)"),
        Tool(
            name="kwok",
            group="kwok",
            module="sigs.k8s.io/kwok",
            package="sigs.k8s.io/kwok/cmd/kwok",
            probe=Probe(("--version",), r"version v?(\S+)"),
            match=Match.SAME_MINOR,  # before 1.0 a minor release may change the stages below
            variables=(("sigs.k8s.io/kwok/pkg/consts.Version", "{version}"),),
        ),
        Data(
            name="kwok-stages",
            group="kwok",
            module="sigs.k8s.io/kwok",
            # A set that works together: nodes that stay ready by leases, pods that run, end and go at once.
            files=(
                _stage("node/fast/node-initialize.yaml"),
                _stage("node/heartbeat-with-lease/node-heartbeat-with-lease.yaml"),
                _stage("pod/fast/pod-ready.yaml"),
                _stage("pod/fast/pod-complete.yaml"),
                _stage("pod/fast/pod-delete.yaml"),
            ),
        ),
        Tool(
            name="helm",
            group="helm",
            module="helm.sh/helm/v4",
            package="helm.sh/helm/v4/cmd/helm",
            probe=Probe(("version", "--short"), r"^v(\S+)"),
            minimum="4.0.0",
            variables=(("helm.sh/helm/v4/internal/version.version", "{tag}"),),
        ),
        # Prometheus' own judge of rules. Without the tag it would hold the clients of every cloud that targets are in.
        Tool(
            name="promtool",
            group="prometheus",
            module="github.com/prometheus/prometheus",
            package="github.com/prometheus/prometheus/cmd/promtool",
            probe=Probe(("--version",), r"promtool, version (\S+)"),
            variables=(("github.com/prometheus/common/version.Version", "{version}"),),
            tags=("remove_all_sd",),
        ),
        # Alertmanager's own judge of routes.
        Tool(
            name="amtool",
            group="alertmanager",
            module="github.com/prometheus/alertmanager",
            package="github.com/prometheus/alertmanager/cmd/amtool",
            probe=Probe(("--version",), r"amtool, version (\S+)"),
            variables=(("github.com/prometheus/common/version.Version", "{version}"),),
        ),
        Tool(
            name="cosign",
            group="oci",
            module="github.com/sigstore/cosign/v3",
            package="github.com/sigstore/cosign/v3/cmd/cosign",
            probe=Probe(("version",), r"GitVersion:\s*v?(\S+)"),
            minimum="3.0.0",
            variables=(("sigs.k8s.io/release-utils/version.gitVersion", "{tag}"),),
        ),
        Tool(
            name="crane",
            group="oci",
            module="github.com/google/go-containerregistry",
            package="github.com/google/go-containerregistry/cmd/crane",
            probe=Probe(("version",), r"^v?(\d\S*)"),
            variables=(("github.com/google/go-containerregistry/cmd/crane/cmd.Version", "{version}"),),
        ),
        # crane's registry can list referrers, and its command line has no word for it: for tests of that API.
        Tool(
            name="crane-referrers",
            group="oci",
            module="github.com/google/go-containerregistry",
            package="github.com/google/go-containerregistry/cmd/crane",
            probe=None,
            patches=(_LISTING_REFERRERS,),
            on_demand=True,
        ),
        # Judges GitHub's workflows, for `make lint`.
        Tool(
            name="actionlint",
            group="actionlint",
            module="github.com/rhysd/actionlint",
            package="github.com/rhysd/actionlint/cmd/actionlint",
            probe=Probe(("-version",), r"^v?(\d\S*)"),
            match=Match.SAME_MINOR,
            variables=(("github.com/rhysd/actionlint.version", "{version}"),),
            on_demand=True,
        ),
        _flux("source-controller"),
        _flux("kustomize-controller"),
        # sigstore's admission webhook, which judges pods by ClusterImagePolicy.
        Tool(
            name="policy-controller",
            group="policy-controller",
            module=_POLICY_CONTROLLER,
            package=f"{_POLICY_CONTROLLER}/cmd/webhook",
            probe=None,
            patches=_ON_LOOPBACK,
            on_demand=True,
        ),
        # What it registers itself by. Of the module that the definitions are of: nothing more is fetched for it.
        Data(
            name="policy-controller-webhooks",
            group="crds",
            module=_POLICY_CONTROLLER,
            files=(ModuleFile(_POLICY_CONTROLLER, "config/50*-configuration*.yaml", "."),),
        ),
        *(source.item for source in CRDS),
    )
)
