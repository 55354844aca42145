package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheExampleIsTheDefaults(t *testing.T) {
	var example Config
	l := Loaded{Config: example, File: "config.example.yaml", places: places{}}
	if p := l.readYAML([]byte(Example)); p != nil {
		t.Fatal(p)
	}
	if diff := cmp.Diff(Default(), emptied(l.Config)); diff != "" {
		t.Errorf("the example (+) differs from the defaults (-):\n%s", diff)
	}
	walkConfig(reflect.ValueOf(&example).Elem(), "", func(key string, _ reflect.Value) {
		if _, ok := l.places[key]; !ok {
			t.Errorf("the example does not show %s", key)
		}
	})
}

// emptied takes the empty lists and mappings that the example shows for the nil ones of the defaults.
func emptied(c Config) Config {
	walkConfig(reflect.ValueOf(&c).Elem(), "", func(_ string, f reflect.Value) {
		if k := f.Kind(); (k == reflect.Slice || k == reflect.Map) && f.Len() == 0 {
			f.SetZero()
		}
	})
	return c
}

func TestEveryKeyHasAVariableOfItsOwn(t *testing.T) {
	var c Config
	seen := map[string]string{"RIVGATE_CONFIG": "--config"}
	walkConfig(reflect.ValueOf(&c).Elem(), "", func(key string, _ reflect.Value) {
		name := environmentName(key)
		if other, ok := seen[name]; ok {
			t.Errorf("%s is the variable of both %s and %s", name, key, other)
		}
		seen[name] = key
	})
	if seen["RIVGATE_PRODUCER_PROPAGATE_CORRELATION_ID_OVER_HTTPS"] == "" || seen["RIVGATE_SOAP_TLS_CLIENT_CA"] == "" {
		t.Errorf("variables are missing: %v", seen)
	}
}

func TestConfigurationIsRead(t *testing.T) {
	file := write(t, `
soap: {listen: "127.0.0.1:9", max_message: 2MiB}
delivery: {schedule: [1s, 2s]}
producer: {timeouts: {"urn:x:1": 3s}}
contracts: {per_contract: {SendComplaint: {validation: warn, timeout: 5s}}}
`)
	l, err := Read(file, []string{
		"RIVGATE_SOAP_LISTEN=127.0.0.1:10", "RIVGATE_DELIVERY_WORKERS=3", "RIVGATE_TAK_TREE_ROUTES=false",
		"RIVGATE_TAK_DELIMITER=",
		"RIVGATE_TAK_HSA_FILES=config_test.go, config.go", "RIVGATE_DELIVERY_GAP_TIMEOUT=90s", "RIVGATE_SOAP_MAX_MESSAGE=1MB",
		`RIVGATE_PRODUCER_TIMEOUTS={"urn:y:1": 4s}`, "RIVGATE_SERVICE_HOST=10.0.0.1", "RIVGATE_PORT=tcp://10.0.0.1:8080",
		"RIVGATE_CONFIG=x",
		"RIVGATE_PORT_8080_TCP=tcp://10.0.0.1",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.SOAP.Listen, want.SOAP.MaxMessage = "127.0.0.1:10", 1_000_000
	want.Delivery.Schedule, want.Delivery.Workers, want.Delivery.GapTimeout = []time.Duration{
		time.Second, 2 * time.Second,
	}, 3, 90*time.Second
	want.Producer.Timeouts = map[string]time.Duration{"urn:y:1": 4 * time.Second}
	want.TAK.Tree.Routes, want.TAK.Delimiter, want.TAK.HSAFiles = false, "", []string{"config_test.go", "config.go"}
	want.Contracts.PerContract = map[string]PerContract{"SendComplaint": {Validation: "warn", Timeout: 5 * time.Second}}
	if diff := cmp.Diff(want, l.Config); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrongIsSaidWithItsLine(t *testing.T) {
	for name, c := range map[string]struct {
		yaml    string
		environ []string
		want    []string // after the file's name, in order
	}{
		"an unknown key": {
			"soap:\n  listen: 127.0.0.1:1\n  lisen: x\n", nil, []string{`:3: unknown key "lisen": see`},
		},
		"an unknown key at the top": {"sop: {}\n", nil, []string{`:1: unknown key "sop"`}},
		"several wrong types at once": {
			"delivery:\n  workers: many\n  schedule: 4\n", nil,
			[]string{
				":2: delivery.workers: the value `many` is no whole number", ":3: delivery.schedule: the value `4` is no list",
			},
		},
		"a wrong type and a wrong value": {
			"environment: prod\ndelivery: {lease: x}\n", nil,
			[]string{
				":2: delivery.lease: the value `x` is no duration: write 4s",
				`:1: environment: "prod" is not known: write demo or test or production`,
			},
		},
		"a size without a unit we know": {
			"soap: {max_message: 15MiX}\n", nil, []string{":1: soap.max_message: the value `15MiX` is no size: write 15MiB"},
		},
		"a key twice": {
			"log: {level: info}\nlog: {level: warn}\n", nil, []string{`:2: mapping key "log" already defined at line 1`},
		},
		"no YAML":       {"a: [\n", nil, []string{"did not find expected node content"}},
		"two documents": {"log: {}\n---\nlog: {}\n", nil, []string{"more than one YAML document"}},
		"an address without port": {
			"web: {listen: localhost}\n", nil, []string{`:1: web.listen: "localhost" is no address: write host:port`},
		},
		"no listener for the demo": {
			"soap: {listen: \"\"}\n", nil, []string{":1: soap.listen: is empty: the demo's simulators"},
		},
		"no listener at all": {
			"environment: test\ntak: {source: x.yaml}\nsoap: {listen: \"\"}\n", nil,
			[]string{":3: soap.listen: there is no SOAP listener"},
		},
		"mTLS without its files": {
			"soap:\n  tls:\n    listen: :8443\n", nil,
			[]string{
				":2: soap.tls.certificate: is empty: write the name of a file", ":2: soap.tls.key", ":2: soap.tls.client_ca",
			},
		},
		"a certificate without its key": {
			"producer: {tls: {certificate: config.go}}\n", nil,
			[]string{":1: producer.tls: certificate and key belong together"},
		},
		"a producer's own TLS": {
			"producer:\n  tls_for:\n    - {host: a.example, port: 8443, min_version: \"1.1\"}\n    - {host: A.example, port: " +
				"8443}\n    - {host: c.example, certificate: config.go}\n    - {port: 70000, ca: missing.pem, keys: x}\n", nil,
			[]string{
				`:6: unknown key "keys"`, `:3: producer.tls_for[0].min_version: "1.1" is not known: write 1.2 or 1.3`,
				":4: producer.tls_for[1]: a.example:8443 has an entry before",
				":5: producer.tls_for[2]: certificate and key belong together",
				":6: producer.tls_for[3].host: is empty", ":6: producer.tls_for[3].port: 70000 is no port",
				":6: producer.tls_for[3].ca: the file missing.pem cannot be read",
			},
		},
		"a producer's own TLS in a variable": {
			"",
			[]string{"RIVGATE_PRODUCER_TLS_FOR=[{host: a.example, portt: 1}]"},
			[]string{"RIVGATE_PRODUCER_TLS_FOR: producer.tls_for: the value"},
		},
		"the pack that is not here": {
			"contracts: {pack: official}\n", nil, []string{":1: contracts.pack: the official pack is not in this build"},
		},
		"a mode for one contract": {
			"contracts:\n  per_contract:\n    SendComplaint:\n      validation: loud\n", nil,
			[]string{`:4: contracts.per_contract.SendComplaint.validation: "loud" is not known`},
		},
		"an unknown database": {
			"store: {url: mysql://x}\n", nil, []string{":1: store.url: is no known database"},
		},
		"a demo catalogue in test": {
			"environment: test\n", nil, []string{"tak.source: the demo catalogue leads to simulators"},
		},
		"a blank in the instance id": {"instance: {id: a b}\n", nil, []string{":1: instance.id: holds a blank"}},
		"a percentage that is none": {
			"tak:\n  max_shrink: 120\n", nil, []string{":2: tak.max_shrink: 120 is no percentage"},
		},
		"units beside the store": {
			"tak:\n  source: store\n  units_file: config.go\n", nil,
			[]string{":3: tak.units_file: the store keeps the units too"},
		},
		"an empty schedule": {
			"delivery: {schedule: []}\n", nil, []string{":1: delivery.schedule: is empty"},
		},
		"several wrong types on one line": {
			"delivery: {workers: many, lease: x, schedule: [4s, y]}\nsoap: 4\n", nil,
			[]string{
				":1: delivery.workers: the value `many` is no whole number", ":1: delivery.lease: the value `x` is no duration",
				":1: delivery.schedule: the value `y` is no duration", ":2: soap: the value is no mapping of keys",
			},
		},
		"a wrong type for one contract": {
			"contracts: {per_contract: {SendComplaint: {timeout: x, dilivery: queue}}}\n", nil,
			[]string{
				":1: contracts.per_contract.SendComplaint.timeout: the value `x` is no duration", `:1: unknown key "dilivery"`,
			},
		},
		"a contract that nobody has": {
			"contracts:\n  per_contract:\n    SendCompliant: {validation: warn}\n", nil,
			[]string{
				`:3: contracts.per_contract.SendCompliant: no contract is called "SendCompliant": did you mean SendComplaint?`,
			},
		},
		"a namespace that nobody has": {
			"contracts:\n  per_contract:\n    \"urn:x:1\": {timeout: 3s}\n", nil,
			[]string{`:3: contracts.per_contract.urn:x:1: no contract is called "urn:x:1": write`},
		},
		"a tab in the first line": {"\tlog: {}\n", nil, []string{":1: a tab stands where YAML wants blanks"}},
		"a tab further down": {
			"log:\n  level: info\n\tformat: json\n", nil, []string{":3: a tab stands where YAML wants blanks"},
		},
		"a variable that is no key": {
			"",
			[]string{"RIVGATE_STOR_URL=sqlite:x", "RIVGATE_NONSENSE=1", "RIVGATE_WEB_PORT=80"},
			[]string{
				"RIVGATE_NONSENSE: no key has this variable: remove it",
				"RIVGATE_STOR_URL: no key has this variable: did you mean RIVGATE_STORE_URL?",
				"RIVGATE_WEB_PORT: no key has this variable",
			},
		},
		"a wrong value from the variables": {
			"",
			[]string{"RIVGATE_DELIVERY_WORKERS=many", "RIVGATE_LOG_FORMAT=xml"},
			[]string{
				`RIVGATE_DELIVERY_WORKERS: delivery.workers: the value "many" is no whole number`,
				`RIVGATE_LOG_FORMAT: log.format: "xml" is not known: write json or text`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(write(t, c.yaml), c.environ)
			if err == nil {
				t.Fatal("it was taken")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(c.want) {
				t.Fatalf("%d problems, not %d:\n%v", len(lines), len(c.want), err)
			}
			for i, want := range c.want {
				if !strings.Contains(lines[i], want) {
					t.Errorf("%q does not say %q", lines[i], want)
				}
			}
		})
	}
}

func TestProductionRefusesWhatIsForTrying(t *testing.T) {
	_, err := Read(write(t, "environment: production\nsoap: {trusted_proxies: [0.0.0.0/0]}\ndemo: {portal: \":1\"}\n"),
		nil)
	if err == nil {
		t.Fatal("it was taken")
	}
	for _, want := range []string{
		"contracts.pack: the inferred contracts", "tak.source: the demo catalogue",
		"instance.hsa_id: SE0000000001-RIVGATE is the demo's",
		":2: soap.trusted_proxies: 0.0.0.0/0 trusts everybody", ":3: demo: demo settings have no place",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("it does not say %q:\n%v", want, err)
		}
	}
	_, err = Read(write(t, "environment: production\nsoap: {trusted_proxies: []}\n"), nil)
	if err == nil || !strings.Contains(err.Error(), "plain HTTP is for trusted proxies alone") {
		t.Errorf("plain HTTP from everybody: %v", err)
	}
}

func TestWhatMayBeCalledIsCheckedAndRead(t *testing.T) {
	for entry, want := range map[string]string{
		"https://a.example": `:3: producer.allowed: "https://a.example" is no host`,
		"169.254.169.254":   "169.254.169.254 is link-local", "0.0.0.0/0": "0.0.0.0/0 allows every address",
	} {
		_, err := Read(write(t, "environment: production\nproducer:\n  allowed: ["+entry+"]\n"), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("it does not say %q:\n%v", want, err)
		}
	}
	l, err := Read(write(t, "producer: {allowed: [Avvikelse.example, 10.20.0.0/16, 192.0.2.7]}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := l.Config.Reach()
	if r.Listed || len(r.Hosts) != 1 || r.Hosts[0] != "avvikelse.example" || len(r.Networks) != 2 {
		t.Errorf("%+v", r)
	}
	l.Config.Environment = EnvironmentProduction
	if !l.Config.Reach().Listed {
		t.Error("loopback is open in production")
	}
}

// In production nobody signs in with a password that is kept here, unless that was asked for.
func TestInProductionLocalAccountsAreOffUnlessAskedFor(t *testing.T) {
	for content, want := range map[string]bool{
		"environment: test\n":                                    true,
		"environment: production\n":                              false,
		"environment: production\nweb: {local_accounts: true}\n": true,
		"environment: test\nweb: {local_accounts: false}\n":      false,
	} {
		l := &Loaded{Config: Default(), places: places{}}
		if problems := l.readYAML([]byte(content)); len(problems) > 0 {
			t.Fatal(problems)
		}
		if l.settle(); l.Config.Web.LocalAccounts != want {
			t.Errorf("%q: web.local_accounts is %v", content, l.Config.Web.LocalAccounts)
		}
	}
	_, err := Read(write(t, "environment: production\n"), nil)
	if err == nil || !strings.Contains(err.Error(), "web.local_accounts: nobody can sign in") {
		t.Errorf("production in which nobody can sign in: %v", err)
	}
}

// In production nobody changes a schema by starting a gateway, unless that was asked for; elsewhere serve does.
func TestInProductionServeChangesASchemaOnlyWhereThatIsAskedFor(t *testing.T) {
	for content, want := range map[string]bool{
		"":                          true,
		"environment: demo\n":       true,
		"environment: test\n":       true,
		"environment: production\n": false,
		"environment: production\nstore: {migrate: true}\n": true,
		"environment: test\nstore: {migrate: false}\n":      false,
	} {
		l := &Loaded{Config: Default(), places: places{}}
		if problems := l.readYAML([]byte(content)); len(problems) > 0 {
			t.Fatal(problems)
		}
		if l.settle(); l.Config.Store.Migrate != want {
			t.Errorf("%q: store.migrate is %v", content, l.Config.Store.Migrate)
		}
	}
	l := &Loaded{Config: Default(), places: places{}}
	environ := []string{"RIVGATE_ENVIRONMENT=production", "RIVGATE_STORE_MIGRATE=true"}
	if problems := readEnvironment(&l.Config, environ, l.places); len(problems) > 0 {
		t.Fatal(problems)
	}
	if l.settle(); !l.Config.Store.Migrate {
		t.Error("store.migrate by the environment is not followed in production")
	}
}

func TestInternalCallsComeOverTrustedProxies(t *testing.T) {
	for networks, want := range map[string]string{
		"10.1.2.3, 10.1.7.0/24": "", "10.2.0.0/16": "10.2.0.0/16 is not in soap.trusted_proxies",
		"10.0.0.0/8":     "10.0.0.0/8 is not in soap.trusted_proxies",
		"10.1.2.3, node": `"node" is no network`,
	} {
		_, err := Read(write(t, "soap:\n  trusted_proxies: [10.1.0.0/16]\n  internal_from: ["+networks+"]\n"), nil)
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), ":3: soap.internal_from: "+want) {
			t.Errorf("%s: %v", networks, err)
		}
	}
}

func TestANamedFileMustBeThere(t *testing.T) {
	if _, err := Read(filepath.Join(t.TempDir(), "none.yaml"), nil); err == nil ||
		!strings.Contains(err.Error(), "no such file") {
		t.Errorf("error %v", err)
	}
	t.Chdir(t.TempDir())
	if l, err := Read("", nil); err != nil || l.File != "" {
		t.Errorf("without a file: %v", err)
	}
	if err := os.WriteFile(DefaultFile, []byte("log: {level: warn}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := Read("", nil); err != nil || l.Config.Log.Level != "warn" || l.File != DefaultFile {
		t.Errorf("with %s: %v", DefaultFile, err)
	}
}

func TestSizesAreWrittenAsTheyAreRead(t *testing.T) {
	for text, want := range map[string]Size{
		"15MiB": 15 << 20, "1GiB": 1 << 30, "10KB": 10000, "10KiB": 10 << 10, "7": 7, "7 B": 7, "2mb": 2e6,
	} {
		got, ok := parseSize(text)
		if !ok || got != want {
			t.Errorf("%s is read as %d", text, got)
		}
		if again, ok := parseSize(got.String()); !ok || again != got {
			t.Errorf("%s is written %s", text, got)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "99999999999GiB", "1TiB", "0x10"} {
		if got, ok := parseSize(text); ok {
			t.Errorf("%q was taken as %d", text, got)
		}
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rivgate.yaml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
