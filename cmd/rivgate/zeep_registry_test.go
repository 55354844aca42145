package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rivgate/routing"
)

// A SOAP client that is not ours reads the WSDL that the gateway serves, and asks for what it may call and where.
func TestZeepAsksTheRegistry(t *testing.T) {
	const python = "/usr/bin/python3"
	if err := exec.CommandContext(t.Context(), python, "-c", "import zeep").Run(); err != nil {
		t.Skip("there is no zeep here: Debian's package python3-zeep, which `make setup` installs, is needed for this test")
	}
	c := demoConfig(t.TempDir())
	_, catalogue, problem := command(t, "tak", "export", "demo")
	if problem != "" {
		t.Fatal(problem)
	}
	c.TAK.Source = filepath.Join(t.TempDir(), "catalogue.yaml")
	catalogue += `  - {contract: SendComplaint, from_system: SE0000000001-1177, to: SE2010123456-VC01, filters: ` +
		`[{service_domain: "riv:one", categorizations: [b, a]}, {service_domain: "riv:two"}]}` + "\n"
	if err := os.WriteFile(c.TAK.Source, []byte(catalogue), 0o600); err != nil {
		t.Fatal(err)
	}
	g := running(t, c)
	out, err := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "zeep", "registry.py"),
		"http://"+g.config.SOAP.Listen+c.SOAP.Path, c.Instance.HSAID, "SE2010123456-VC01", c.Contracts.PortalAddress).
		CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	send := g.registry.Send().Contract
	for _, line := range []string{
		"contract " + send, "addressee " + send + " SE2010123456-VC01", "version " + versionText(),
		"fault SOAP-ENV:Client VP004 No receive",
		"filter SE2010123456-VC01 riv:one a|b", "filter SE2010123456-VC01 riv:two ",
	} {
		if !strings.Contains(string(out), line+"\n") {
			t.Errorf("zeep did not say %q:\n%s", line, out)
		}
	}
	if n := strings.Count(string(out), "filter "); n != 2 {
		t.Errorf("zeep saw %d filters:\n%s", n, out)
	}
	for _, u := range g.keeper.Table().Units() {
		permitted := strings.Contains(string(out), "addressee "+send+" "+u.HSAID+"\n")
		if _, err := g.keeper.Table().Decide(
			routing.Call{Sender: c.Contracts.PortalAddress, Receiver: u.HSAID, Contract: send, Profile: routing.RIVTABP21},
			g.relay.Now(),
		); permitted != (err == nil) {
			t.Errorf("%s is listed: %v, but a call to it: %v", u.HSAID, permitted, err)
		}
	}
}
