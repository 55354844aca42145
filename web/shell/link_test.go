package shell

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// hostileText is whatever an address can be broken by.
const hostileText = "å&b=c+d%41\"<e>;f#g?h/i 'j\\"

func TestLinkCarriesExactlyWhatWasChosen(t *testing.T) {
	t.Parallel()
	query := url.Values{"by": {hostileText}, "two": {"1", "2"}}
	for _, c := range []struct {
		name, got, path, fragment string
		query                     url.Values
	}{
		{"a part of a path", Link("/inbox/{}/board", hostileText), "/inbox/" + hostileText + "/board", "", url.Values{}},
		{"a parameter", Link("/users?account={}", hostileText), "/users", "", url.Values{"account": {hostileText}}},
		{"a whole query", Link("/statistics/file?{}", query), "/statistics/file", "", query},
		{"all of them", Link("/a/{}?file&x=1&{}&y={}#do", 7, query, hostileText), "/a/7", "do", url.Values{
			"file": {""}, "x": {"1"}, "by": {hostileText}, "two": {"1", "2"}, "y": {hostileText},
		}},
		{"a parameter without a value", Link("/inbox?queue={}&unit={}", "", "x"), "/inbox", "", url.Values{"unit": {"x"}}},
		{"a query without parameters", Link("/inbox?{}", url.Values{}), "/inbox", "", url.Values{}},
	} {
		at, err := url.Parse(c.got)
		if err != nil || at.Path != c.path || at.Fragment != c.fragment || at.Query().Encode() != c.query.Encode() {
			t.Errorf("%s: %s is %q %v #%s, %v", c.name, c.got, at.Path, at.Query(), at.Fragment, err)
		}
		if strings.HasSuffix(c.got, "?") || strings.Contains(at.RawQuery, "+") {
			t.Errorf("%s: %s", c.name, c.got)
		}
	}
}

// TestAddressesInPagesAreWhole: an address with something in it is one action of the template, or one of two by an if.
func TestAddressesInPagesAreWhole(t *testing.T) {
	t.Parallel()
	whole := regexp.MustCompile(`^#?(\{\{("[^"]*"|[^}"])*\}\})+$`)
	for _, piece := range addressesInPages(t) {
		if strings.Contains(piece.address, "{{") && !whole.MatchString(piece.address) {
			t.Errorf("%s: %s is written in pieces, so it is escaped twice or not at all: make it with link", piece.file,
				piece.address)
		}
	}
}

type addressInPage struct{ file, address string }

// addressesInPages are the attributes of all pages that are addresses. An action of a template may have quotes in it.
func addressesInPages(t *testing.T) (all []addressInPage) {
	t.Helper()
	attribute := regexp.MustCompile(
		`\b(?:href|action|formaction|src|hx-(?:get|post|put|delete)|data-draft)="((?:\{\{.*?\}\}|[^"{]|\{[^{])*)"`,
	)
	rooms := os.DirFS("..")
	err := fs.WalkDir(rooms, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".html") {
			return err
		}
		b, err := fs.ReadFile(rooms, name)
		for _, found := range attribute.FindAllStringSubmatch(string(b), -1) {
			all = append(all, addressInPage{name, found[1]})
		}
		return err
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("%d addresses, %v", len(all), err)
	}
	return all
}

// TestAddressesAreMadeByLink: no other place of any room escapes or joins an address.
func TestAddressesAreMadeByLink(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../*/*.go")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	joined := regexp.MustCompile(
		`url\.(Query|Path)Escape|"/[a-z/]*\?[^"]*=" ?\+|\+ ?"[?&][a-z]+=|"/[a-z/]+/" ?\+|\?" ?\+ ?[a-z]`,
	)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "../shell/link.go" {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			if joined.MatchString(line) && !strings.Contains(line, "ReadFile(") && !strings.Contains(line, "Link(r.URL.Path+") {
				t.Errorf("%s:%d: an address is joined by hand: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}
