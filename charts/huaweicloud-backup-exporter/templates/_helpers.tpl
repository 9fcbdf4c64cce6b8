{{- define "huaweicloud-backup-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Shorter than Kubernetes allows: the ordinal of a shard, a revision and the name of a pod come after it. */}}
{{- define "huaweicloud-backup-exporter.fullname" -}}
{{- $name := include "huaweicloud-backup-exporter.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 48 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 48 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 48 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "huaweicloud-backup-exporter.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "huaweicloud-backup-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "huaweicloud-backup-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "huaweicloud-backup-exporter.labels" -}}
{{ include "huaweicloud-backup-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "huaweicloud-backup-exporter.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "huaweicloud-backup-exporter.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "huaweicloud-backup-exporter.image" -}}
{{- $image := printf "%s/%s" .Values.image.registry .Values.image.repository | trimPrefix "/" }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $image .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $image (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* The first workload, as kubectl names it. Commands in it see all projects, whatever its shard. */}}
{{- define "huaweicloud-backup-exporter.workload" -}}
{{- $kind := ternary "statefulset" "deployment" .Values.stateFile.enabled }}
{{- $suffix := ternary "-0" "" (gt (int .Values.shards) 1) }}
{{- printf "%s/%s%s" $kind (include "huaweicloud-backup-exporter.fullname" .) $suffix }}
{{- end }}

{{- define "huaweicloud-backup-exporter.commandPrefix" -}}
{{- $namespace := include "huaweicloud-backup-exporter.namespace" . }}
{{- $workload := include "huaweicloud-backup-exporter.workload" . }}
{{- default (printf "kubectl --namespace %s exec %s --" $namespace $workload) .Values.prometheusRule.commandPrefix }}
{{- end }}

{{- define "huaweicloud-backup-exporter.scheme" -}}
{{- ternary "https" "http" .Values.web.tls }}
{{- end }}

{{/* What `serve` and `check` both read. */}}
{{- define "huaweicloud-backup-exporter.volumeMounts" -}}
- name: config
  mountPath: /etc/huaweicloud-backup-exporter
  readOnly: true
{{- range $index, $secret := .Values.secrets }}
- name: secret-{{ $index }}
  mountPath: /run/secrets/{{ $secret }}
  readOnly: true
{{- end }}
{{- if .Values.oidc.enabled }}
- name: token
  mountPath: /var/run/secrets/tokens
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "huaweicloud-backup-exporter.volumes" -}}
- name: config
  {{- if .Values.existingConfigSecret }}
  secret:
    secretName: {{ .Values.existingConfigSecret }}
  {{- else }}
  configMap:
    name: {{ include "huaweicloud-backup-exporter.fullname" . }}
  {{- end }}
{{- range $index, $secret := .Values.secrets }}
- name: secret-{{ $index }}
  secret:
    secretName: {{ $secret }}
    optional: true
{{- end }}
{{- if .Values.oidc.enabled }}
- name: token
  projected:
    sources:
      - serviceAccountToken:
          path: huaweicloud
          audience: {{ .Values.oidc.audience }}
          expirationSeconds: {{ .Values.oidc.expirationSeconds }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What the pods of the exporter and of `helm test` have in common. */}}
{{- define "huaweicloud-backup-exporter.podSpec" -}}
serviceAccountName: {{ include "huaweicloud-backup-exporter.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .Values.hostNetwork }}
hostNetwork: true
{{- end }}
{{- with default (ternary "ClusterFirstWithHostNet" "" .Values.hostNetwork) .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What the containers of both have in common. */}}
{{- define "huaweicloud-backup-exporter.container" -}}
image: {{ include "huaweicloud-backup-exporter.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A probe of the values; it asks the path unless it says how to ask. */}}
{{- define "huaweicloud-backup-exporter.probe" -}}
{{- if not (or .probe.httpGet .probe.tcpSocket .probe.exec) }}
httpGet:
  path: {{ .path }}
  port: http
  scheme: {{ include "huaweicloud-backup-exporter.scheme" .root | upper }}
{{- end }}
{{ toYaml .probe }}
{{- end }}
