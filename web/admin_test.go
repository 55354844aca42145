package web_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/web/operate"
	"rivgate/web/shell"
)

// What VP's users read of a status, in its forms; all of its values are text.
func TestStatusIsVPs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Operate.Endpoints = []string{"http://127.0.0.1:8080/vp", "https://127.0.0.1:8443/vp"}
	c := shell.CatalogueStatus{
		Loaded: w.clock(), Source: "file", Routes: 4, Permissions: 3,
		Tree: shell.TreeStatus{Read: w.clock(), OK: true, Before: 0, Now: 7},
	}
	w.CatalogueInUse = func() shell.CatalogueStatus { return c }
	read := func(wanted map[string]string) {
		t.Helper()
		r := w.get("/status")
		for name, want := range wanted {
			if got := field[string](t, r, name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	const at = "Date:2026-03-02T10:42 "
	read(map[string]string{
		"Name": "Rivgate Test", "Version": "1.2.3", "ServiceStatus": "Started",
		"Uptime":              "1 days, 2 hours, 0 minutes, 0 seconds",
		"TakCacheInitialized": "true", "TakCacheResetInfo": at + "Status:REFRESH_OK vagval:4 behorigheter:3",
		"HsaCacheInitialized": "true", "HsaCacheResetInfo": at + "Status:true oldNum:0 newNum:7",
		"Endpoints": "[http://127.0.0.1:8080/vp, https://127.0.0.1:8443/vp]",
	})
	c.LastError, c.LastErrorAt = "no answer", w.clock().Add(time.Minute)
	read(map[string]string{
		"TakCacheResetInfo": "Date:2026-03-02T10:43 Status:REUSING_EXISTING_CACHE vagval:4 behorigheter:3",
	})
	c.FromCache = true
	read(map[string]string{
		"TakCacheResetInfo": "Date:2026-03-02T10:43 Status:RESTORED_FROM_LOCAL_CACHE vagval:4 behorigheter:3",
	})
	c = shell.CatalogueStatus{}
	w.Relay.Table = func() *routing.Table { return nil }
	read(map[string]string{
		"TakCacheInitialized": "false", "TakCacheResetInfo": "Date: Status:NOT_INITIALIZED vagval:0 behorigheter:0",
		"HsaCacheInitialized": "false", "HsaCacheResetInfo": "Date: Status:false oldNum:0 newNum:0",
	})
}

// A reset is answered in VP's words on one line, with the numbers that are in use, whether it went well or not.
func TestResetsAreVPs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.CatalogueInUse = func() shell.CatalogueStatus {
		return shell.CatalogueStatus{Loaded: w.clock(), Routes: 4, Permissions: 3, Tree: shell.TreeStatus{Before: 5, Now: 7}}
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	begin := "<br>Host: " + host + "<br>Time: 2026-03-02T10:42:00"
	words := map[string]string{
		"/resetcache": begin + "<br>Initialize TAK cache resources...<br>Init TAK cache loaded number of permissions: 3" +
			"<br>Init TAK cache loaded number of virtualizations: 4<br>Init done, was successful: ",
		"/resethsacache": begin + "<br>Initialize HSA cache resources...<br>Init HSA cache number of HSA-ids before: 5" +
			"<br>Init HSA cache loaded number of HSA-ids: 7<br>Init done, was successful: ",
	}
	failed := errors.New("no answer from /secret")
	for path, want := range words {
		for _, c := range []struct {
			err    error
			status int
			ok     string
		}{
			{nil, http.StatusOK, "true"},
			{failed, http.StatusServiceUnavailable, "false"},
			{&operate.QuietReset{Cause: failed}, http.StatusOK, "false"},
		} {
			w.Operate.ResetCatalogue = func(context.Context) error { return c.err }
			w.Operate.ResetTree = w.Operate.ResetCatalogue
			r := w.get(path)
			if r.status != c.status || r.body != want+c.ok || r.header.Get("Content-Type") != "text/html" {
				t.Errorf("%s with %v: %d %s\n%s", path, c.err, r.status, r.header.Get("Content-Type"), r.body)
			}
		}
		w.Operate.ResetCatalogue, w.Operate.ResetTree = nil, nil
		has(t, w.get(path).body, "was successful: false")
	}
}

func TestActuator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, word := range map[string]string{
		"/actuator/health": "DOWN", "/actuator/health/liveness": "UP", "/actuator/health/readiness": "OUT_OF_SERVICE",
	} {
		table := w.Relay.Table
		if r := w.get(path); r.status != http.StatusOK || field[string](t, r, "status") != "UP" {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
		w.Relay.Table = func() *routing.Table { return nil }
		status := http.StatusServiceUnavailable
		if word == "UP" {
			status = http.StatusOK
		}
		if r := w.get(path); r.status != status || field[string](t, r, "status") != word {
			t.Errorf("%s without a catalogue: %d %s", path, r.status, r.body)
		}
		w.Relay.Table = table
	}
}

// adminPaths are what stands on the admin listener where there is one.
func adminPaths() []string {
	return []string{
		"/metrics", "/status", "/resetcache", "/resethsacache", "/actuator/health", "/actuator/health/liveness",
		"/actuator/health/readiness",
	}
}

// On the pages' listener monitors are answered on this machine and over trusted proxies, all the way.
func TestMonitorsAreInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Operate.ResetCatalogue = func(context.Context) error { return nil }
	w.Operate.ResetTree = w.Operate.ResetCatalogue
	handler := w.Handler()
	for _, c := range []struct {
		sentence, peer, host string
		forwarded            []string
		proxies              string
		inside               bool
	}{
		{"this machine", "127.0.0.1:1", "localhost:8081", nil, "", true},
		{"this machine by a foreign name", "127.0.0.1:1", "gateway.example", nil, "", false},
		{"a trusted proxy on this machine, by its name", "127.0.0.1:1", "gateway.example", nil, "127.0.0.0/8", true},
		{"a trusted proxy elsewhere", "10.1.0.7:1", "gateway.example", nil, "10.1.0.0/16", true},
		{"a stranger", "203.0.113.9:1", "gateway.example", nil, "10.1.0.0/16", false},
		{"a stranger over a trusted proxy", "10.1.0.7:1", "gateway.example", []string{"203.0.113.9"}, "10.1.0.0/16", false},
		{
			"a stranger over a trusted proxy, who names a trusted address", "10.1.0.7:1", "gateway.example",
			[]string{"10.1.0.8", "203.0.113.9"},
			"10.1.0.0/16", false,
		},
		{"a stranger over a proxy on this machine", "127.0.0.1:1", "localhost", []string{"203.0.113.9"}, "", false},
		{"a trusted proxy over another", "10.1.0.7:1", "gateway.example", []string{"10.1.0.8"}, "10.1.0.0/16", true},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w.Relay.Trust.Proxies = nil
			if c.proxies != "" {
				w.Relay.Trust.Proxies = []netip.Prefix{netip.MustParsePrefix(c.proxies)}
			}
			for _, path := range append(adminPaths(), "/healthz", "/readyz") {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.RemoteAddr, r.Host, r.Header["X-Forwarded-For"] = c.peer, c.host, c.forwarded
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, r)
				want := http.StatusOK
				if !c.inside && path != "/healthz" && path != "/readyz" {
					want = http.StatusForbidden
				}
				if answer.Code != want {
					t.Errorf("%s: %d, not %d", path, answer.Code, want)
				}
			}
		})
	}
}

// Where there is an admin listener it answers what monitors ask for, and the pages' listener has only health and
// readiness.
func TestTheAdminListener(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AdminApart = true
	w.Operate.ResetCatalogue = func(context.Context) error { return nil }
	w.Operate.ResetTree = w.Operate.ResetCatalogue
	w.serve()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.RunAdmin(ctx, l) }()
	ask := func(path string) (int, string) {
		answer, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	for _, path := range adminPaths() {
		if status, body := ask(path); status != http.StatusOK {
			t.Errorf("%s on the admin listener: %d %s", path, status, body)
		}
		if r := w.get(path); r.status != http.StatusNotFound {
			t.Errorf("%s beside the pages: %d", path, r.status)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, body := ask(path); status != http.StatusOK {
			t.Errorf("%s on the admin listener: %d %s", path, status, body)
		}
		if r := w.get(path); r.status != http.StatusOK {
			t.Errorf("%s beside the pages: %d", path, r.status)
		}
	}
	for _, path := range []string{"/", "/signin", "/api/cases", "/inbox"} {
		if status, _ := ask(path); status != http.StatusNotFound {
			t.Errorf("%s on the admin listener: %d", path, status)
		}
	}
	stranger := httptest.NewRequest(http.MethodGet, "/resetcache", nil)
	stranger.RemoteAddr = "203.0.113.9:1"
	answer := httptest.NewRecorder()
	w.AdminHandler().ServeHTTP(answer, stranger)
	if answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "not-inside") {
		t.Errorf("a reset by a stranger: %d %s", answer.Code, answer.Body)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("RunAdmin: %v", err)
	}
}
