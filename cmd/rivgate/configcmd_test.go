package main

import (
	"os"
	"strings"
	"testing"

	"rivgate/cmd/rivgate/cli"
)

// What would make serve answer VP008 is found before it starts, with the line of the key and what to do.
func TestConfigCheckReadsTheCatalogue(t *testing.T) {
	const route = "routes:\n  - {contract: \"urn:riv:test:AnyResponder:1\", to: \"*\", address: \"http://127.0.0.1:9/\"}\n"
	for name, c := range map[string]struct {
		catalogue string // "" for no file
		code      int
		want      []string
	}{
		"a good one":     {route, cli.ExitDone, []string{"nothing wrong"}},
		"none":           {"", cli.ExitUsage, []string{":2: tak.source: the catalogue cannot be read", "VP008"}},
		"an unknown key": {"rows: []\n", cli.ExitUsage, []string{":2: tak.source: the catalogue cannot be read", "VP008"}},
		"an empty one":   {"units: []\n", cli.ExitUsage, []string{":2: tak.source: the catalogue", "VP008"}},
		"a contradiction": {
			route + "  - {contract: \"urn:riv:test:AnyResponder:1\", to: x, address: \"rivgate:inbox\"}\n", cli.ExitUsage,
			[]string{":2: tak.source: ", "does not load", "VP008"},
		},
		"a unit without a way": {
			"units:\n  - {hsa_id: SE2010123456-VC01, name: Björken, kind: care_unit, region: \"01\"}\n" + route, cli.ExitUsage,
			[]string{":2: tak.source: unit SE2010123456-VC01 (Björken) has no route today: give it one"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if c.catalogue != "" {
				put(t, "catalogue.yaml", c.catalogue)
			}
			put(t, "rivgate.yaml", "environment: test\ntak: {source: catalogue.yaml}\n")
			code, out, problem := command(t, "config", "check")
			for _, want := range c.want {
				if code != c.code || !strings.Contains(out+problem, want) {
					t.Errorf("exit %d, without %q:\n%s%s", code, want, out, problem)
				}
			}
		})
	}
}

func put(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
