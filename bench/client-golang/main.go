// Serves the series of an exposition file as constant metrics, created at each scrape: what an exporter written
// with client_golang does if it queries its source during a scrape. Usage: main FILE
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sort"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

type sample struct {
	desc        *prometheus.Desc
	valueType   prometheus.ValueType
	value       float64
	labelValues []string
}

type constCollector struct {
	descs   []*prometheus.Desc
	samples []sample
}

func (c *constCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range c.descs {
		descs <- desc
	}
}

func (c *constCollector) Collect(metrics chan<- prometheus.Metric) {
	for _, s := range c.samples {
		metrics <- prometheus.MustNewConstMetric(s.desc, s.valueType, s.value, s.labelValues...)
	}
}

func labelNames(family *dto.MetricFamily) []string {
	seen := map[string]bool{}
	for _, metric := range family.Metric {
		for _, label := range metric.Label {
			seen[label.GetName()] = true
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (c *constCollector) add(family *dto.MetricFamily) {
	names := labelNames(family)
	desc := prometheus.NewDesc(family.GetName(), family.GetHelp(), names, nil)
	c.descs = append(c.descs, desc)
	for _, metric := range family.Metric {
		valueType, value := prometheus.GaugeValue, metric.GetGauge().GetValue()
		if family.GetType() == dto.MetricType_COUNTER {
			valueType, value = prometheus.CounterValue, metric.GetCounter().GetValue()
		}
		values := map[string]string{}
		for _, label := range metric.Label {
			values[label.GetName()] = label.GetValue()
		}
		labelValues := make([]string, len(names))
		for i, name := range names {
			labelValues[i] = values[name]
		}
		c.samples = append(c.samples, sample{desc, valueType, value, labelValues})
	}
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var parser expfmt.TextParser
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		log.Fatal(err)
	}
	collector := &constCollector{}
	for _, family := range families {
		collector.add(family)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector)
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("port=%d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
