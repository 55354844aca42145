package tak_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
)

const filteredYAML = `units: []
routes:
  - {contract: "urn:a", to: "*", address: "https://a.example/a"}
permissions:
  - {contract: "urn:a", from_system: ONE, to: "*", filters: [{service_domain: "urn:d", categorizations: [x, "1"]}, {service_domain: "urn:e"}]}
`

// Filters go through every form that a catalogue has.
func TestFiltersComeThrough(t *testing.T) {
	c, err := tak.ReadYAML(strings.NewReader(filteredYAML), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := routing.NewFilters([]routing.Filter{{Domain: "urn:d", Categories: []string{"1", "x"}}, {Domain: "urn:e"}})
	if got := c.Permissions[0].Filters; got != want {
		t.Fatalf("read %q", got)
	}
	var yaml, cache bytes.Buffer
	if err := tak.WriteYAML(&yaml, c, nil); err != nil {
		t.Fatal(err)
	}
	if err := tak.WriteCache(&cache, c); err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]*bytes.Buffer{"YAML": &yaml, "saved copy": &cache} {
		back, err := tak.ReadAny(bytes.NewReader(text.Bytes()), nil)
		if diff := cmp.Diff(c, back, withoutLines()); err != nil || diff != "" {
			t.Errorf("%s: %v %s\n%s", what, err, diff, text)
		}
	}
	if !strings.Contains(cache.String(),
		"<ns2:filterInfo><ns2:serviceDomain>urn:d</ns2:serviceDomain><ns2:categorization>1</ns2:categorization>"+
			"<ns2:categorization>x</ns2:categorization></ns2:filterInfo>") {
		t.Errorf("the saved copy is\n%s", &cache)
	}
	bare := c
	bare.Permissions = []routing.Permission{{Contract: "urn:a", Sender: "ONE", Receiver: "*"}}
	if changes := catalogue.Diff(bare, c).String(); !strings.Contains(changes, "~ permission") ||
		!strings.Contains(changes, "for urn:d (1, x); urn:e") {
		t.Errorf("the difference is %q", changes)
	}
}

// A TAK may have several rows for the same; a kept catalogue has one.
func TestPermissionsThatDifferInFiltersBecomeOneRow(t *testing.T) {
	may := func(categories ...string) routing.Permission {
		return routing.Permission{
			Contract: "urn:a", Sender: "ONE", Receiver: "*",
			Filters: routing.NewFilters([]routing.Filter{{Domain: "urn:d", Categories: categories}}),
		}
	}
	plan := catalogue.PlanFrom(nil, routing.Catalogue{Permissions: []routing.Permission{may("x"), may("y")}})
	if len(plan.Edits) != 1 || plan.Edits[0].Row.Filters != may("x", "y").Filters || len(plan.Report) != 1 ||
		!strings.Contains(plan.Report[0].String(), "taken as one") {
		t.Errorf("planned %+v", plan)
	}
}

func TestBadFilters(t *testing.T) {
	row := func(filters string) string {
		return strings.Replace(filteredYAML,
			`filters: [{service_domain: "urn:d", categorizations: [x, "1"]}, {service_domain: "urn:e"}]`, "filters: "+filters, 1)
	}
	for filters, want := range map[string]string{
		`x`:                        "line 5: filters must be a list",
		`[x]`:                      "line 5: a filter must have keys and values",
		`[{categorizations: [x]}]`: "line 5: the filter has no service_domain",
		`[{service_domain: [x]}]`:  "line 5: service_domain must be a single value",
		`[{service_domain: "urn:d", categorizations: x}]`:     "line 5: categorizations must be a list of single values",
		`[{service_domain: "urn:d", categorizations: [[x]]}]`: "line 5: categorizations must be a list of single values",
		`[{service_domain: "urn:d", what: x}]`:                "line 5: unknown key \"what\"",
		`[{service_domain: "urn:d", service_domain: "e"}]`:    "line 5: service_domain is there twice",
	} {
		if _, err := tak.ReadYAML(strings.NewReader(row(filters)), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", filters, err)
		}
	}
	file := `<persistentCache xmlns:n="urn:skl:tp:vagvalsinfo:v2"><virtualiseringsInfo><n:receiverId>A</n:receiverId><n:tjansteKontrakt>urn:a</n:tjansteKontrakt></virtualiseringsInfo>
<anropsBehorighetsInfo><n:receiverId>A</n:receiverId><n:senderId>B</n:senderId><n:tjansteKontrakt>urn:a</n:tjansteKontrakt><n:filterInfo>…</n:filterInfo></anropsBehorighetsInfo></persistentCache>`
	for filter, want := range map[string]string{
		"":                                       "line 2: a filterInfo has no serviceDomain",
		"<n:categorization>x</n:categorization>": "line 2: a filterInfo has no serviceDomain",
		"<n:serviceDomain>a</n:serviceDomain><n:serviceDomain>b</n:serviceDomain>": "line 2: serviceDomain is there twice",
		"<n:serviceDomain><n:x/></n:serviceDomain>": "line 2: there is an element where a " +
			"value should be",
	} {
		if _, err := tak.ReadCache(strings.NewReader(strings.Replace(file, "…", filter, 1))); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", filter, err)
		}
	}
}
