package relay_test

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"rivgate/recording"
	"rivgate/soap"
)

// scene is who sends a request and in which circumstances.
type scene struct {
	header    http.Header
	from      string
	status    int // 0: 200, or 500 for a fault
	catalogue string
	store     string
	settings  []string
	show      []string         // what is recorded beside the answer
	secure    *tls.Certificate // of a caller over mutual TLS
	wait      time.Duration    // before it is sent
}

// readScene reads the headers of a request; testdata/README.md shows what may stand there.
func readScene(t *testing.T, w *world, e *recording.Exchange) scene {
	s := scene{header: http.Header{}, from: "127.0.0.1"}
	sender := portal
	if bytes.Contains(e.Part(recording.Request), []byte("ReturnComplaintResponder:1")) {
		sender = system
	}
	lines := e.Part(recording.RequestHeaders)
	if lines == nil {
		lines = []byte(soap.HeaderSender + ": " + sender + "\n" + soap.HeaderInstance + ": dev_env")
	}
	var err error
	until := w.clock().Add(time.Hour)
	certified, secured, form := false, false, ""
	var ids, subject []string
	for line := range strings.Lines(string(lines)) {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch name = strings.TrimSpace(name); name {
		case "Test-From":
			s.from = value
		case "Test-Certificate":
			certified, ids = true, appendID(ids, value)
		case "Test-Certificate-Until":
			if until, err = time.Parse(time.DateOnly, value); err != nil {
				t.Fatal(err)
			}
		case "Test-Certificate-Form":
			form = value
		case "Test-TLS":
			secured, subject = true, appendID(subject, value)
		case "Test-Show":
			s.show = strings.Fields(value)
		case "Test-Setting":
			s.settings = append(s.settings, value)
		case "Test-Catalogue":
			s.catalogue = value
		case "Test-Wait":
			if s.wait, err = time.ParseDuration(value); err != nil {
				t.Fatal(err)
			}
		case "Test-Store":
			s.store = value
		case "Test-Status":
			if s.status, err = strconv.Atoi(value); err != nil {
				t.Fatal(err)
			}
		default:
			s.header.Add(name, value)
		}
	}
	if certified {
		s.header.Set("X-Vp-Auth-Cert", forwardedAs(t, form, certificateDER(t, until.AddDate(-1, 0, 0), until, ids...)))
	}
	if secured {
		s.secure = pairFor(t, w.clock(), subject...)
	}
	return s
}

// begin makes the circumstances; what it returns ends them.
func (s scene) begin(t *testing.T, w *world) (end func()) {
	if s.store == "closed" {
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	table, enforce := w.currentTable(), w.Trust.OriginalConsumer.Enforce
	if s.catalogue == "none" {
		w.setTable(nil)
	}
	for _, setting := range s.settings {
		switch setting {
		case "original consumer is not enforced":
			w.Trust.OriginalConsumer.Enforce = false
		case "correlation id to https":
			w.Sender.Correlation = true
		default:
			t.Fatalf("unknown setting %q", setting)
		}
	}
	return func() {
		w.setTable(table)
		w.Trust.OriginalConsumer.Enforce, w.Sender.Correlation = enforce, false
	}
}

func (s scene) wanted(fault bool) int {
	switch {
	case s.status != 0:
		return s.status
	case fault:
		return http.StatusInternalServerError
	}
	return http.StatusOK
}
