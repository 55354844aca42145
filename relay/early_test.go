package relay_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rivgate/soap"
)

// Java's and Python's own clients write a whole message before they read: what is refused before it was read reaches
// them all the same.
func TestEarlyRefusalsReachTheCaller(t *testing.T) {
	w := newWorld(t)
	w.soap.MaxMessage = 15 << 20
	w.Limits = soap.Limits{Message: 15 << 20}
	real := httptest.NewUnstartedServer(nil)
	real.Config = w.soap.HTTP()
	real.Start()
	t.Cleanup(real.Close)

	dir := t.TempDir()
	ours := []string{"X-Vp-Sender-Id", portal, "X-Vp-Instance-Id", "dev_env", "Content-Type", "text/xml; charset=UTF-8"}
	for _, client := range []struct {
		program string
		command []string
	}{
		{"java", []string{filepath.Join("testdata", "Post.java")}},
		{"python3", []string{filepath.Join("testdata", "post.py")}},
	} {
		program, err := exec.LookPath(client.program)
		if err != nil {
			t.Logf("NOT RUN: %s is not installed, its client has not been tried", client.program)
			continue
		}
		for _, c := range []struct {
			what   string
			size   int
			to     string
			header []string
			status string
			code   string
			also   bool // by the one that is slow to start, too
		}{
			{"10 MB to an unknown address", 10 << 20, "SE2010123456-NOWHERE", ours, "500", "VP004", true},
			{"10 MB of somebody without a certificate", 10 << 20, "SE2010123456-ECHO", nil, "500", "VP002", false},
			{
				"10 MB without permission", 10 << 20, "SE2010123456-ECHO",
				slices.Concat([]string{"X-Vp-Sender-Id", stranger}, ours[2:]), "500", "VP007", false,
			},
			{"10 MB of no XML", 10 << 20, "<", ours, "500", "VP015", false},
			{"20 MB, which is too large", 20 << 20, "SE2010123456-ECHO", ours, "413", "VP015", true},
			{
				"10 MB in an encoding that is not taken", 10 << 20, "SE2010123456-ECHO",
				append(slices.Clone(ours), "Content-Encoding", "gzip"), "415", "VP015", true,
			},
			{
				"100 kB on a connection that closes", 100 << 10, "SE2010123456-ECHO",
				[]string{"Connection", "close"},
				"500",
				"VP002", false,
			},
		} {
			if client.program == "java" && !c.also {
				continue
			}
			t.Run(client.program+" "+c.what, func(t *testing.T) {
				message := filepath.Join(dir, "message.xml")
				if err := os.WriteFile(message, largePing(c.to, c.size), 0o600); err != nil {
					t.Fatal(err)
				}
				run := exec.CommandContext(t.Context(), program,
					slices.Concat(client.command, []string{real.URL + "/vp", message}, c.header)...)
				got, err := run.CombinedOutput()
				if err != nil || !strings.HasPrefix(string(got), c.status+" ") || !strings.Contains(string(got), c.code+" [") {
					t.Errorf("%v: %.600s", err, got)
				}
			})
		}
	}
}

// largePing is a ping with a comment of some size in it.
func largePing(to string, size int) []byte {
	return []byte(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><r:LogicalAddress ` +
		`xmlns:r="urn:riv:itintegration:registry:1">` +
		to +
		`</r:LogicalAddress></s:Header><s:Body><p:PingForConfiguration ` +
		`xmlns:p="urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"><!-- ` +
		strings.Repeat("0123456789abcdef", size/16) + ` --></p:PingForConfiguration></s:Body></s:Envelope>`)
}
