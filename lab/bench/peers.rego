# A tenth of the pack's rules, as somebody would write them for conftest: what it is measured with.
package main

import rego.v1

pod := input.spec.template.spec if input.kind in {"Deployment", "StatefulSet", "DaemonSet"}

containers contains container if some container in pod.containers

deny contains "no container is privileged" if {
	some container in containers
	container.securityContext.privileged
}

deny contains "no container may escalate" if {
	some container in containers
	object.get(container, ["securityContext", "allowPrivilegeEscalation"], true)
}

deny contains "every container drops all capabilities" if {
	some container in containers
	not "ALL" in object.get(container, ["securityContext", "capabilities", "drop"], [])
}

deny contains "every file system is read-only" if {
	some container in containers
	not object.get(container, ["securityContext", "readOnlyRootFilesystem"], false)
}

deny contains "every image is named by digest" if {
	some container in containers
	not contains(container.image, "@sha256:")
}

deny contains "every image comes from our registry" if {
	some container in containers
	not startswith(container.image, "registry.cartorio.internal/")
}

deny contains "every container has requests" if {
	some container in containers
	some amount in {"cpu", "memory"}
	not container.resources.requests[amount]
}

deny contains "every container has limits" if {
	some container in containers
	some amount in {"cpu", "memory"}
	not container.resources.limits[amount]
}

deny contains "every container has probes" if {
	some container in containers
	some probe in {"startupProbe", "livenessProbe", "readinessProbe"}
	not container[probe]
}

deny contains "no pod shares the host's network" if pod.hostNetwork

deny contains "no pod shares the host's processes" if pod.hostPID

deny contains "every pod runs as another than root" if not object.get(pod, ["securityContext", "runAsNonRoot"], false)

deny contains "every pod has a seccomp profile" if {
	object.get(pod, ["securityContext", "seccompProfile", "type"], "") != "RuntimeDefault"
}

deny contains "no pod gets a token that it did not ask for" if object.get(pod, "automountServiceAccountToken", true)

deny contains "no service is open to the world" if {
	input.kind == "Service"
	input.spec.type in {"NodePort", "LoadBalancer"}
}
