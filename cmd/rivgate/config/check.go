package config

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"

	"rivgate/relay/duties"
	"rivgate/routing/reach"
	"rivgate/store"
	"rivgate/web/shell"
)

// checker collects what is wrong with the values of a configuration.
type checker struct {
	c        *Config
	loaded   *Loaded
	problems []Problem
}

// check judges every value, and what the environment forbids.
func (l *Loaded) check() []Problem {
	k := &checker{c: &l.Config, loaded: l}
	k.basics()
	k.listeners()
	k.producer()
	k.signature()
	k.delivery()
	for _, duty := range k.c.Duties.SecondPerson {
		k.oneOf("duties.second_person", duty, duties.All()...)
	}
	k.shutdown()
	k.desk()
	k.catalogue()
	k.contracts()
	k.production()
	slices.SortStableFunc(k.problems, func(a, b Problem) int { return a.Line - b.Line })
	return k.problems
}

func (k *checker) problem(key, format string, args ...any) {
	k.problems = append(k.problems, k.loaded.Problem(key, format, args...))
}

func (k *checker) oneOf(key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		k.problem(key, "%q is not known: write %s", value, strings.Join(allowed, " or "))
	}
}

func (k *checker) filled(key, value, what string) {
	if strings.TrimSpace(value) == "" {
		k.problem(key, "is empty: write %s", what)
	}
}

func (k *checker) positive(key string, d time.Duration) {
	if d <= 0 {
		k.problem(key, "%s is too short: write a duration above zero, like 30s", d)
	}
}

// address asks for host:port. Port 0 is any free one.
func (k *checker) address(key, value string) {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		k.problem(key, "%q is no address: write host:port, like 127.0.0.1:8080", value)
	}
}

func (k *checker) file(key, name string) {
	if strings.TrimSpace(name) == "" {
		k.problem(key, "is empty: write the name of a file")
		return
	}
	f, err := os.Open(name)
	if err != nil {
		k.problem(key, "the file %s cannot be read: check its name and rights", name)
		return
	}
	f.Close()
}

func (k *checker) basics() {
	c := k.c
	k.oneOf("environment", c.Environment, EnvironmentDemo, EnvironmentTest, EnvironmentProduction)
	k.filled("instance.id", c.Instance.ID, "the id of this gateway in x-vp-instance-id, like dev_env")
	k.filled("instance.name", c.Instance.Name, "the name that stands in fault texts")
	k.filled("instance.hsa_id", c.Instance.HSAID, "the gateway's own HSA-id")
	if strings.ContainsAny(c.Instance.ID, "# ") {
		k.problem("instance.id", "holds a blank or #, which parts the routing history: leave it out")
	}
	if !strings.HasPrefix(c.Store.URL, "sqlite:") && !strings.HasPrefix(c.Store.URL, "postgres://") &&
		!strings.HasPrefix(c.Store.URL, "postgresql://") {
		k.problem("store.url", "is no known database: write sqlite:PATH or postgres://…")
	}
	k.database()
	if _, err := zapcore.ParseLevel(c.Log.Level); err != nil {
		k.problem("log.level", "%q is not known: write debug, info, warn or error", c.Log.Level)
	}
	k.oneOf("log.format", c.Log.Format, "json", "text")
}

func (k *checker) database() {
	s := k.c.Store
	if s.PasswordFile != "" {
		k.file("store.password_file", s.PasswordFile)
	}
	if !strings.HasPrefix(s.URL, "postgres") {
		return
	}
	hosts, err := store.UnverifiedHosts(s.URL)
	if err != nil {
		k.problem("store.url", "cannot be read: write postgres://USER@HOST/DATABASE, and names of files that are there")
	}
	if k.c.Environment != EnvironmentProduction {
		return
	}
	for _, host := range hosts {
		k.problem("store.url",
			"nothing verifies that %s is the database, and others may read what passes: write sslmode=verify-full, or use a "+
				"socket or "+
				"loopback", host)
	}
}

func (k *checker) listeners() {
	s, w := k.c.SOAP, k.c.Web
	if s.Listen == "" && s.TLS.Listen == "" && k.c.Environment != EnvironmentDemo {
		k.problem("soap.listen", "there is no SOAP listener: write soap.listen or soap.tls.listen")
	}
	if s.Listen != "" {
		k.address("soap.listen", s.Listen)
	}
	if !strings.HasPrefix(s.Path, "/") || len(s.Path) < 2 || strings.HasSuffix(s.Path, "/") ||
		strings.ContainsAny(s.Path, "?# {}") {
		k.problem("soap.path", "%q is no path: write /vp", s.Path)
	}
	for _, p := range s.TrustedProxies {
		if _, err := parsePrefix(p); err != nil {
			k.problem("soap.trusted_proxies", "%q is no network: write an address or 10.0.0.0/8", p)
		}
	}
	k.internal()
	k.filled("soap.certificate_header", s.CertificateHeader, "x-vp-auth-cert")
	if s.MaxMessage < 1<<10 {
		k.problem("soap.max_message", "%s is too small for a message: write 15MiB", s.MaxMessage)
	}
	if s.MaxLarge < 1 {
		k.problem("soap.max_large", "%d is too few: write 4", s.MaxLarge)
	}
	if s.Spool != "" {
		if info, err := os.Stat(s.Spool); err != nil || !info.IsDir() {
			k.problem("soap.spool", "%s is no folder: write one that only the gateway can read", s.Spool)
		}
	}
	if s.TLS.Listen != "" {
		k.address("soap.tls.listen", s.TLS.Listen)
		k.file("soap.tls.certificate", s.TLS.Certificate)
		k.file("soap.tls.key", s.TLS.Key)
		k.file("soap.tls.client_ca", s.TLS.ClientCA)
	}
	k.address("web.listen", w.Listen)
	if w.TLS.Certificate != "" || w.TLS.Key != "" {
		k.file("web.tls.certificate", w.TLS.Certificate)
		k.file("web.tls.key", w.TLS.Key)
		if k.c.Environment == EnvironmentDemo {
			k.problem("web.tls.certificate", "the demo's simulators call the pages' API over plain HTTP: leave it out")
		}
	}
	if k.c.Admin.Listen != "" {
		k.address("admin.listen", k.c.Admin.Listen)
	}
	if w.SessionHours < 1 {
		k.problem("web.session_hours", "is below 1: write 8")
	}
	if w.SessionIdle < time.Minute || w.SessionIdle > 24*time.Hour {
		k.problem("web.session_idle", "%s is not between 1m and 24h: write 30m", w.SessionIdle)
	}
	if w.SignInAgain < time.Minute || w.SignInAgain > 24*time.Hour {
		k.problem("web.sign_in_again", "%s is not between 1m and 24h: write 15m", w.SignInAgain)
	}
	if w.SmallCounts < 1 {
		k.problem("web.small_counts", "is below 1: write 5, or 1 to blur nothing")
	}
	if w.APITokensFile != "" {
		k.tokens(w.APITokensFile)
	}
	if text := k.c.Files.Scanner; text != "" && k.c.Files.Clamd() == nil {
		k.problem("files.scanner", "%q is no address of clamd: write tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl",
			text)
	}
	k.signIn()
	if k.c.Environment == EnvironmentDemo {
		k.address("demo.handling_system", k.c.Demo.HandlingSystem)
		k.address("demo.portal", k.c.Demo.Portal)
		if s.Listen == "" {
			k.problem("soap.listen", "is empty: the demo's simulators need plain HTTP, like 127.0.0.1:8080")
		}
	}
}

// internal looks for networks of internal calls that are no trusted proxies': from there plain HTTP is VP011.
func (k *checker) internal() {
	proxies := Prefixes(k.c.SOAP.TrustedProxies)
	for _, text := range k.c.SOAP.InternalFrom {
		p, err := parsePrefix(text)
		if err != nil {
			k.problem("soap.internal_from", "%q is no network: write an address or 10.0.0.0/8", text)
			continue
		}
		if !slices.ContainsFunc(proxies, func(in netip.Prefix) bool {
			return in.Bits() <= p.Bits() && in.Contains(p.Addr())
		}) {
			k.problem("soap.internal_from",
				"%s is not in soap.trusted_proxies, so nothing is taken from there: add it there, or leave it out here", text)
		}
	}
}

func (k *checker) producer() {
	p := k.c.Producer
	k.positive("producer.connect_timeout", p.ConnectTimeout)
	k.positive("producer.timeout", p.Timeout)
	for contract, d := range p.Timeouts {
		k.positive("producer.timeouts."+contract, d)
	}
	if p.MaxAnswer < 1<<20 {
		k.problem("producer.max_answer", "%s is too small for an answer: write 64MiB", p.MaxAnswer)
	}
	k.allowed()
	k.pems("producer.tls", p.TLS)
	seen := map[string]bool{}
	for i, one := range p.TLSFor {
		key := fmt.Sprintf("producer.tls_for[%d]", i)
		k.filled(key+".host", one.Host, "the host name in the addresses of the producers that it is for")
		if one.Port < 0 || one.Port > 65535 {
			k.problem(key+".port", "%d is no port: write 1 to 65535, or leave it out for all", one.Port)
		}
		if one.MinVersion != "" {
			k.oneOf(key+".min_version", one.MinVersion, "1.2", "1.3")
		}
		if seen[one.Address()] {
			k.problem(key, "%s has an entry before this one: keep one of them", one.Address())
		}
		seen[one.Address()] = true
		k.pems(key, ClientTLS{one.Certificate, one.Key, one.CA})
	}
}

// allowed looks at each entry of the list of what may be called.
func (k *checker) allowed() {
	for _, text := range k.c.Producer.Allowed {
		_, network, ok := reach.Entry(text)
		switch {
		case !ok:
			k.problem("producer.allowed", "%q is no host, address or network: write avvikelse.example, 10.20.0.7 or "+
				"10.20.0.0/16, without port and path; a name beyond ASCII as xn--…", text)
		case network.IsValid() && reach.IsNever(network.Addr()) && network.Bits() > 8:
			k.problem("producer.allowed", "%s is link-local, multicast, unspecified or a metadata service's, and never called: "+
				"leave it out", text)
		case network.IsValid() && network.Bits() == 0 && k.c.Environment == EnvironmentProduction:
			k.problem("producer.allowed", "%s allows every address: name the networks of producers alone", text)
		}
	}
}

// Reach is what producer.allowed lets be called. Loopback, where the demo's systems and those of tests listen, must be
// named in production.
func (c Config) Reach() reach.Rule {
	r := reach.Rule{Listed: c.Environment == EnvironmentProduction}
	for _, text := range c.Producer.Allowed {
		switch host, network, _ := reach.Entry(text); { // the configuration was checked
		case network.IsValid():
			r.Networks = append(r.Networks, network)
		case host != "":
			r.Hosts = append(r.Hosts, host)
		}
	}
	return r
}

// pems checks the files of TLS towards producers.
func (k *checker) pems(key string, c ClientTLS) {
	if (c.Certificate == "") != (c.Key == "") {
		k.problem(key, "certificate and key belong together: write both or none")
	}
	for _, f := range []struct{ part, name string }{{"certificate", c.Certificate}, {"key", c.Key}, {"ca", c.CA}} {
		if f.name != "" {
			k.file(key+"."+f.part, f.name)
		}
	}
}

func (k *checker) delivery() {
	d := k.c.Delivery
	if len(d.Schedule) == 0 {
		k.problem("delivery.schedule", "is empty: write at least one interval, like [4s, 20s, 5m]")
	}
	for _, wait := range d.Schedule {
		k.positive("delivery.schedule", wait)
	}
	k.positive("delivery.give_up_after", d.GiveUpAfter)
	k.positive("delivery.gap_timeout", d.GapTimeout)
	if d.Lease < time.Second {
		k.problem("delivery.lease", "%s is too short: write at least 1s", d.Lease)
	}
	for key, after := range map[string]time.Duration{
		"retention.delivered_after":    k.c.Retention.DeliveredAfter,
		"retention.closed_cases_after": k.c.Retention.ClosedCasesAfter,
	} {
		if after != 0 && after < 24*time.Hour {
			k.problem(key, "%s is too short: write at least 24h, or 0 for never", after)
		}
	}
	if d.Workers < 1 {
		k.problem("delivery.workers", "is below 1: write 8")
	}
}

func (k *checker) shutdown() {
	s := k.c.Shutdown
	if s.Drain < 0 || s.Drain > 10*time.Minute {
		k.problem("shutdown.drain", "%s is not between 0s and 10m: write 8s", s.Drain)
	}
	if s.Finish <= 0 || s.Finish > 10*time.Minute {
		k.problem("shutdown.finish", "%s is not between 1s and 10m: write 20s", s.Finish)
	}
}

func (k *checker) desk() {
	d := k.c.Desk
	if d.Undo < 0 || d.Undo > 5*time.Minute {
		k.problem("desk.undo", "%s is no time to change one's mind: write 10s, at most 5m, or 0s for none", d.Undo)
	}
	for key, days := range map[string]int{"desk.due_days": d.DueDays, "desk.due_days_minor": d.DueDaysMinor} {
		if days < 1 || days > 366 {
			k.problem(key, "%d is no number of days: write 28", days)
		}
	}
	if after := k.c.Citizen.SupplementAfterClose; after < 0 || after > 366*24*time.Hour {
		k.problem("citizen.supplement_after_close", "%s is not between 0s and a year: write 336h", after)
	}
}

func (k *checker) catalogue() {
	t := k.c.TAK
	k.filled("tak.source", t.Source, "a file, a URL or demo")
	switch {
	case t.Source == SourceStore && t.UnitsFile != "":
		k.problem("tak.units_file", "the store keeps the units too: import them there, and leave this out")
	case t.Source == SourceDemo && k.c.Environment == EnvironmentTest:
		k.problem("tak.source",
			"the demo catalogue leads to simulators that start in environment demo only: write a file or a URL")
	}
	k.filled("tak.cache", t.Cache, "a file for the last good catalogue")
	if t.Refresh < time.Second {
		k.problem("tak.refresh", "%s is too short: write at least 1s", t.Refresh)
	}
	if t.MaxShrink < 0 || t.MaxShrink > 100 {
		k.problem("tak.max_shrink", "%d is no percentage: write 0 to 100", t.MaxShrink)
	}
	if t.UnitsFile != "" {
		k.file("tak.units_file", t.UnitsFile)
	}
	for _, name := range t.HSAFiles {
		k.file("tak.hsa_files", name)
	}
}

func (k *checker) contracts() {
	c := k.c.Contracts
	k.oneOf("contracts.validation", c.Validation, "off", "warn", "enforce")
	switch c.Pack {
	case "inferred":
	case "official":
		k.problem("contracts.pack",
			"the official pack is not in this build: see wsdl/official/README.md for how it gets there")
	default:
		k.problem("contracts.pack", "%q is not known: write inferred or official", c.Pack)
	}
	k.filled("contracts.portal_address", c.PortalAddress, "the logical address of 1177's service")
	for _, name := range c.SchemaFolders {
		if info, err := os.Stat(name); err != nil || !info.IsDir() {
			k.problem("contracts.schema_folders", "%s is no folder that can be read", name)
		}
	}
	k.contractNames()
	for name, p := range c.PerContract {
		key := "contracts.per_contract." + name
		if p.Validation != "" {
			k.oneOf(key+".validation", p.Validation, "off", "warn", "enforce")
		}
		if p.Delivery != "" {
			k.oneOf(key+".delivery", p.Delivery, "queue", "forward")
		}
		if p.Timeout < 0 {
			k.positive(key+".timeout", p.Timeout)
		}
	}
}

// contractNames looks for contracts that per_contract names and nobody has. The contracts are opened only where there
// is something to look for.
func (k *checker) contractNames() {
	if len(k.c.Contracts.PerContract) == 0 {
		return
	}
	plain := *k.c
	plain.Contracts.PerContract, plain.Contracts.Validation = nil, ""
	r, err := OpenContracts(plain)
	if err != nil {
		k.problem("contracts", "the contracts do not open: %v", err)
		return
	}
	names := slices.Sorted(maps.Keys(r.Names()))
	for _, name := range slices.Sorted(maps.Keys(k.c.Contracts.PerContract)) {
		if r.Contract(name) == nil && r.Contract(r.Names()[name]) == nil {
			k.problem("contracts.per_contract."+name, "no contract is called %q: %s", name,
				DidYouMean(name, names, "write "+strings.Join(names, ", ")+" or a responder namespace"))
		}
	}
}

// production refuses what is for trying out only.
func (k *checker) production() {
	c := k.c
	if c.Environment != EnvironmentProduction {
		return
	}
	if c.Contracts.Pack == "inferred" {
		k.problem("contracts.pack",
			"the inferred contracts are ours, not Inera's, and never for production: use the official pack")
	}
	if c.SOAP.Listen != "" && len(c.SOAP.TrustedProxies) == 0 {
		k.problem("soap.listen",
			"plain HTTP is for trusted proxies alone in production: name them in soap.trusted_proxies, or empty soap.listen "+
				"and use soap.tls")
	}
	for _, p := range c.SOAP.TrustedProxies {
		if prefix, err := parsePrefix(p); err == nil && prefix.Bits() == 0 {
			k.problem("soap.trusted_proxies", "%s trusts everybody with plain HTTP: name the proxies alone", p)
		}
	}
	if c.TAK.Source == SourceDemo {
		k.problem("tak.source", "the demo catalogue is never for production: write a file or a URL")
	}
	if c.Instance.HSAID == Default().Instance.HSAID {
		k.problem("instance.hsa_id", "%s is the demo's: write the gateway's own HSA-id", c.Instance.HSAID)
	}
	for _, key := range []string{"demo", "demo.handling_system", "demo.portal"} {
		if _, set := k.loaded.places[key]; set {
			k.problem(key, "demo settings have no place in production: remove them")
			break
		}
	}
}

// ParsePrefix reads a network, or one address as the network of itself.
func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

// Prefixes are networks that a configuration names.
func Prefixes(texts []string) []netip.Prefix {
	var networks []netip.Prefix
	for _, text := range texts {
		if p, err := parsePrefix(text); err == nil { // the configuration was checked
			networks = append(networks, p)
		}
	}
	return networks
}

// IsURL tells whether a catalogue source is fetched, not read from a file.
func IsURL(source string) bool {
	u, err := url.Parse(source)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https")
}

// tokens reads the file of tokens as serve does.
func (k *checker) tokens(path string) {
	f, err := os.Open(path)
	if err != nil {
		k.file("web.api_tokens_file", path)
		return
	}
	defer f.Close()
	if _, err := shell.ReadTokens(f); err != nil {
		k.problem("web.api_tokens_file", "%v", err)
	}
}
