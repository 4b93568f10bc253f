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

{{/* What selects the pods of a role, Flagger's copy of them included: that has "-primary" after its component. */}}
{{- define "cartorio.pods" -}}
{{- if and (eq .role "api") .root.Values.canary.enabled }}
matchLabels:
  app.kubernetes.io/name: cartorio
  app.kubernetes.io/instance: {{ .root.Release.Name }}
matchExpressions:
  - { key: app.kubernetes.io/component, operator: In, values: [{{ .role }}, {{ .role }}-primary] }
{{- else }}
matchLabels:
  {{- include "cartorio.selector" . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Up at once and by doubling, down slowly: a queue at a notary's counter costs more than an idle pod. */}}
{{- define "cartorio.behavior" -}}
scaleUp:
  stabilizationWindowSeconds: 0
  selectPolicy: Max
  policies:
    - { type: Percent, value: 100, periodSeconds: 30 }
    - { type: Pods, value: 2, periodSeconds: 30 }
scaleDown:
  stabilizationWindowSeconds: {{ .scaleDownStabilizationSeconds }}
  selectPolicy: Min
  policies:
    - { type: Percent, value: 25, periodSeconds: 60 }
    - { type: Pods, value: 1, periodSeconds: 60 }
{{- end }}

{{/* The pods' priority class. Classes are the whole cluster's: the release's own has its namespace in its name. */}}
{{- define "cartorio.priority" -}}
{{- .Values.priorityClassName | default (printf "%s-%s" .Release.Namespace .Release.Name) -}}
{{- end }}
