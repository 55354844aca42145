package relay

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rivgate/store"
)

// Metrics counts calls, what producers took of time, and deliveries. A nil *Metrics counts nothing.
//
// Its labels are bounded: a contract that neither the registry nor the catalogue knows is "other", and all else is
// from lists of our own.
type Metrics struct {
	requests   *prometheus.CounterVec
	producers  *prometheus.HistogramVec
	deliveries *prometheus.CounterVec
}

// The outcomes of a request, as the label "outcome" has them.
const (
	outcomeForwarded     = "forwarded"      // the producer's answer went back
	outcomeProducerFault = "producer-fault" // the producer's own fault went back
	outcomeAccepted      = "accepted"       // stored, and promised
	outcomeRepeat        = "repeat"         // was accepted before
	outcomeServed        = "served"         // by a service of the gateway itself
	outcomeRefused       = "refused"        // a result with ERROR, by the contract
	outcomeFault         = "fault"          // by the platform, with a VP code
)

// NewMetrics registers the metrics. It panics where they are registered already, which is a mistake of the program.
func NewMetrics(registerer prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rivgate_requests_total", Help: "Calls by contract, outcome, and the platform's code where it refused.",
		}, []string{"contract", "outcome", "code"}),
		producers: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rivgate_producer_seconds", Help: "Time that producers took to answer, or not to.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60},
		}, []string{"contract", "answered"}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rivgate_delivery_attempts_total", Help: "Attempts to deliver what was queued, by how they ended.",
		}, []string{"contract", "outcome"}),
	}
	registerer.MustRegister(m.requests, m.producers, m.deliveries)
	return m
}

// Register makes the metrics of the worker's delivery slots. Before Run, once.
func (w *Worker) Register(registerer prometheus.Registerer) {
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			return float64(value())
		})
	}
	registerer.MustRegister(
		gauge("rivgate_delivery_hands", "Deliveries that may be under way at once to receivers that answer soon.",
			func() int { return max(w.Workers, 1) }),
		gauge("rivgate_delivery_hands_used", "Of these, how many are.", func() int {
			quick, _, _ := w.slots.inUse()
			return quick
		}),
		gauge("rivgate_delivery_slow_hands",
			"Deliveries that may be begun beside them, to receivers that are slow or not known yet.", func() int {
				return maxSlow
			}),
		gauge("rivgate_delivery_slow_hands_used",
			"Deliveries under way that take long, or go to receivers that are slow or not known yet.",
			func() int { _, slow, _ := w.slots.inUse(); return slow }),
		gauge("rivgate_delivery_slow_receivers", "Addresses whose last answers took long, as this process sees it.",
			func() int { _, _, n := w.slots.inUse(); return n }),
		downReceivers{&w.breakers},
	)
}

// downReceivers is the metric of the receivers that are down. It is read when it is asked for: it never lags behind
// the log.
type downReceivers struct{ breakers *breakers }

var downDesc = prometheus.NewDesc("rivgate_receiver_down",
	"1 while no connection to an address can be had, as this process sees it.",
	[]string{"address"}, nil)

// Describe implements prometheus.Collector.
func (downReceivers) Describe(descs chan<- *prometheus.Desc) { descs <- downDesc }

// Collect implements prometheus.Collector.
func (d downReceivers) Collect(metrics chan<- prometheus.Metric) {
	for _, address := range d.breakers.down() {
		metrics <- prometheus.MustNewConstMetric(downDesc, prometheus.GaugeValue, 1, address)
	}
}

func (m *Metrics) request(contract, outcome, code string) {
	if m != nil {
		m.requests.WithLabelValues(contract, outcome, code).Inc()
	}
}

func (m *Metrics) producer(contract string, answered bool, took time.Duration) {
	if m != nil {
		word := "no"
		if answered {
			word = "yes"
		}
		m.producers.WithLabelValues(contract, word).Observe(took.Seconds())
	}
}

func (m *Metrics) delivery(contract string, outcome store.Outcome) {
	if m != nil {
		m.deliveries.WithLabelValues(contract, string(outcome)).Inc()
	}
}

// label is a contract as a metric may name it.
func (r *Relay) label(contract string) string {
	if r.Contracts.Contract(contract) != nil {
		return contract
	}
	if spelled, known := r.Table().NameInCatalogue(contract); known {
		return spelled
	}
	return "other"
}
