package operate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"rivgate/routing"
	"rivgate/web/shell"
)

// minute is the form of a moment in VP's status, in Swedish time.
const minute = "2006-01-02T15:04"

// ServeStatus is VP's status page, by its names and in its forms, for all of its values are text; what we add stands
// under keys of its own.
func (s *Health) ServeStatus(w http.ResponseWriter, _ *http.Request, _ shell.Access) error {
	c := s.catalogue()
	var certificates []CertificateStatus
	if s.Certificates != nil {
		certificates = s.Certificates()
	}
	return shell.WriteJSON(w, http.StatusOK, map[string]any{
		"Name": "Rivgate " + s.Relay.Instance.Name, "Version": s.Version, "ServiceStatus": "Started",
		"Uptime":              uptime(s.Clock().Sub(s.Started)),
		"TakCacheInitialized": strconv.FormatBool(s.Table() != nil), "TakCacheResetInfo": catalogueInfo(c, s.Table() != nil),
		"HsaCacheInitialized": strconv.FormatBool(c.Tree.Now > 0), "HsaCacheResetInfo": treeInfo(c.Tree),
		"Endpoints": "[" + strings.Join(s.Endpoints, ", ") + "]",

		"Catalogue": c, "Certificates": shell.OrEmpty(certificates), "SOAPEndpoints": shell.OrEmpty(s.Endpoints),
	})
}

// catalogueInfo tells of the last reading of the catalogue: when, what came of it, and the rows in use.
func catalogueInfo(c shell.CatalogueStatus, loaded bool) string {
	at, word := c.Loaded, "REFRESH_OK"
	if c.LastError != "" {
		at, word = c.LastErrorAt, "REUSING_EXISTING_CACHE"
	}
	switch {
	case !loaded:
		word = "NOT_INITIALIZED"
	case c.FromCache:
		word = "RESTORED_FROM_LOCAL_CACHE"
	}
	return fmt.Sprintf("Date:%s Status:%s vagval:%d behorigheter:%d", minuteOf(at), word, c.Routes, c.Permissions)
}

// treeInfo tells of the last reading of the HSA tree.
func treeInfo(t shell.TreeStatus) string {
	return fmt.Sprintf("Date:%s Status:%t oldNum:%d newNum:%d", minuteOf(t.Read), t.OK, t.Before, t.Now)
}

func minuteOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(routing.Stockholm()).Format(minute)
}

// uptime is "3 days, 4 hours, 5 minutes, 6 seconds".
func uptime(d time.Duration) string {
	s := int(d / time.Second)
	return fmt.Sprintf("%d days, %d hours, %d minutes, %d seconds", s/86400, s/3600%24, s/60%60, s%60)
}

// QuietReset is a reset of the catalogue that failed and is answered 200 all the same, as VP always does: for scripts
// that look at nothing else.
type QuietReset struct{ Cause error }

// Error is the error of the cause.
func (e *QuietReset) Error() string { return e.Cause.Error() }

// Unwrap is the cause.
func (e *QuietReset) Unwrap() error { return e.Cause }

// ServeResetCache reads the catalogue again, in the words of VP. The numbers are those in use, also where the source
// could not be read.
func (s *Health) ServeResetCache(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	err := s.resetting(r, s.ResetCatalogue, "catalogue")
	c := s.catalogue()
	s.writeReset(w, err, "Initialize TAK cache resources...",
		fmt.Sprintf("Init TAK cache loaded number of permissions: %d", c.Permissions),
		fmt.Sprintf("Init TAK cache loaded number of virtualizations: %d", c.Routes))
	return nil
}

// ServeResetTree reads the HSA files again.
func (s *Health) ServeResetTree(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	err := s.resetting(r, s.ResetTree, "HSA tree")
	t := s.catalogue().Tree
	s.writeReset(w, err, "Initialize HSA cache resources...",
		fmt.Sprintf("Init HSA cache number of HSA-ids before: %d", t.Before),
		fmt.Sprintf("Init HSA cache loaded number of HSA-ids: %d", t.Now))
	return nil
}

var errNoReset = errors.New("there is nothing to read it from")

// resetting does a reset. The work goes on when the caller hangs up: half a reset is none.
func (s *Health) resetting(r *http.Request, reset func(context.Context) error, what string) error {
	if reset == nil {
		return errNoReset
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), shell.WriteTimeout-shell.HeaderTimeout)
	defer cancel()
	err := reset(ctx)
	if err != nil {
		s.Logger().Error("resetting "+what, zap.Error(err))
	}
	return err
}

// writeReset answers a reset: one line, for scripts of VP's look for its words. One that failed is 503, but for a
// QuietReset.
func (s *Health) writeReset(w http.ResponseWriter, err error, words ...string) {
	host, unnamed := os.Hostname()
	if unnamed != nil {
		host = s.Relay.Instance.ID
	}
	status := http.StatusOK
	if err != nil && !errors.As(err, new(*QuietReset)) {
		status = http.StatusServiceUnavailable
	}
	all := append([]string{"Host: " + host, "Time: " + s.Clock().In(routing.Stockholm()).Format("2006-01-02T15:04:05")},
		words...)
	all = append(all, fmt.Sprintf("Init done, was successful: %t", err == nil))
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, "<br>"+strings.Join(all, "<br>"))
}

// The three of Spring Boot's actuator that VP's probes ask for.

// ActuatorHealth answers as VP's actuator does: GET /actuator/health.
func (s *Health) ActuatorHealth(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	return s.actuator(w, s.isReady(r), map[string]any{"groups": []string{"liveness", "readiness"}}, "DOWN")
}

// ActuatorLiveness tells that the process runs.
func (s *Health) ActuatorLiveness(w http.ResponseWriter, _ *http.Request, _ shell.Access) error {
	return s.actuator(w, true, map[string]any{}, "")
}

// ActuatorReadiness tells whether the gateway takes messages.
func (s *Health) ActuatorReadiness(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	return s.actuator(w, s.isReady(r), map[string]any{}, "OUT_OF_SERVICE")
}

func (s *Health) actuator(w http.ResponseWriter, ok bool, body map[string]any, otherwise string) error {
	body["status"] = "UP"
	if ok {
		return shell.WriteJSON(w, http.StatusOK, body)
	}
	body["status"] = otherwise
	return shell.WriteJSON(w, http.StatusServiceUnavailable, body)
}

// isReady tells what /readyz tells.
func (s *Health) isReady(r *http.Request) bool {
	_, ready := s.readiness(r.Context())
	return ready
}

// CertificateStatus is one configured certificate, ours or an authority's.
type CertificateStatus struct {
	Use      string             `json:"use"` // the key of the configuration, "soap.tls.client_ca"
	Subject  string             `json:"subject,omitempty"`
	Serial   string             `json:"serial,omitempty"` // in hexadecimal
	NotAfter time.Time          `json:"notAfter,omitzero"`
	Problem  CertificateProblem `json:"problem,omitempty"`
}

// CertificateProblem is why nothing is known of a configured certificate, as a code. JSON says it in English.
type CertificateProblem string

// NotPEM says that the file is not there, or cannot be read as PEM certificates.
const NotPEM CertificateProblem = "not-pem"

// MarshalText is the problem in English.
func (p CertificateProblem) MarshalText() ([]byte, error) {
	if p == NotPEM {
		return []byte("the file cannot be read as PEM certificates"), nil
	}
	return []byte(p), nil
}
