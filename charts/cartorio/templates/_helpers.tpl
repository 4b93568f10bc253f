{{/* Each helper takes (dict "root" $ "role" "api"|"workers"). */}}

{{- define "cartorio.name" -}}
{{ .root.Release.Name }}-{{ .role }}
{{- end }}

{{/* What selects pods: never changes during a release's life. */}}
{{- define "cartorio.selector" -}}
app.kubernetes.io/name: cartorio
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{- define "cartorio.labels" -}}
{{ include "cartorio.selector" . }}
app.kubernetes.io/part-of: cartorio
app.kubernetes.io/version: {{ .root.Values.version | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "cartorio.metadata" -}}
name: {{ include "cartorio.name" . }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "cartorio.labels" . | nindent 2 }}
{{- end }}
