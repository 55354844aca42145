package tak_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
)

func noon() time.Time { return time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC) }

func seed(f *testing.F, files ...string) {
	f.Helper()
	for _, name := range files {
		content, err := os.ReadFile(sample(name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
}

// FuzzReadYAML: whatever is read can be written, and is then read as the same.
func FuzzReadYAML(f *testing.F) {
	seed(f, "demo.yaml")
	f.Add([]byte("routes: [{contract: 'a:b', to: \"*\", address: &a x, from: 2026-01-01}]"))
	f.Add([]byte("units: [{hsa_id: ~, kind: care_unit}]\n<<: {}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := tak.ReadYAML(bytes.NewReader(content), names())
		if err != nil {
			return
		}
		var text bytes.Buffer
		if err := tak.WriteYAML(&text, c, names()); err != nil {
			t.Fatalf("it is read, but not written: %v", err)
		}
		back, err := tak.ReadYAML(bytes.NewReader(text.Bytes()), names())
		if err != nil {
			t.Fatalf("it does not come back: %v\n%s", err, &text)
		}
		if diff := cmp.Diff(c, back, withoutLines()); diff != "" {
			t.Fatal(diff)
		}
		_ = catalogue.Lint(c, rules(), gateway, noon())
	})
}

// FuzzReadCache: whatever is read is not empty, can be written, and is then read as the same.
func FuzzReadCache(f *testing.F) {
	seed(f, "tak-cache.xml")
	var ours bytes.Buffer
	c, err := tak.ReadYAML(open(f, "demo.yaml"), names())
	if err == nil {
		c.Tree = routing.Tree{clinic: "SE"}
		err = tak.WriteCache(&ours, c)
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ours.Bytes())
	f.Add([]byte(`<persistentCache><virtualiseringsInfo><receiverId>A</receiverId><tjansteKontrakt>a</tjansteKontrakt>` +
		`</virtualiseringsInfo>` +
		`<anropsBehorighetsInfo><receiverId>A</receiverId><senderId>S</senderId><tjansteKontrakt>a</tjansteKontrakt>` +
		`</anropsBehorighetsInfo></persistentCache>`))
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := tak.ReadCache(bytes.NewReader(content))
		if err != nil {
			return
		}
		if len(c.Routes) == 0 || len(c.Permissions) == 0 {
			t.Fatal("an empty copy is taken")
		}
		var text bytes.Buffer
		if err := tak.WriteCache(&text, c); err != nil {
			t.Fatalf("it is read, but not written: %v", err)
		}
		back, err := tak.ReadCache(bytes.NewReader(text.Bytes()))
		if err != nil {
			t.Fatalf("it does not come back: %v\n%s", err, &text)
		}
		for i := range c.Routes {
			c.Routes[i].Profile = back.Routes[i].Profile // an empty one is written as RIVTABP21
		}
		if diff := cmp.Diff(c, back, withoutLines()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzReadHSATree: in whatever is read, every climb ends at the root.
func FuzzReadHSATree(f *testing.F) {
	seed(f, "hsa-units.xml", "hsa-more.xml")
	f.Add(
		[]byte(
			`<r xmlns="urn:riv:hsa:HsaWsResponder:3"><hsaUnit><hsaIdentity>A</hsaIdentity><DN>o=x,c=SE</DN></hsaUnit></r>`,
		),
	)
	f.Fuzz(func(t *testing.T, content []byte) {
		tree, err := tak.ReadHSATree(bytes.NewReader(content))
		if err != nil {
			return
		}
		for unit := range tree {
			steps, at := 0, unit
			for at != "SE" {
				above, known := tree[at]
				if !known || at != routing.Fold(at) || above == at {
					t.Fatalf("the way up from %q ends at %q", unit, at)
				}
				if at = above; steps > len(tree) {
					t.Fatalf("the way up from %q is a circle", unit)
				}
				steps++
			}
		}
	})
}
