package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jacoelho/xsd"
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // gowsdl logs every file it reads
	os.Exit(m.Run())
}

// moduleRoot is the folder of go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestOurPacksSurviveTheRoundTrip(t *testing.T) {
	root := moduleRoot(t)
	roundTrip(t, map[string]string{
		"inferred": filepath.Join(root, "wsdl/inferred"),
		"platform": filepath.Join(root, "wsdl/platform"),
		"rows":     "testdata/rows",
	})
}

func TestPublishedContractsSurviveTheRoundTrip(t *testing.T) {
	folder := filepath.Join(moduleRoot(t), "../shared/rivta")
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED: no published contracts in %s", folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	packs := map[string]string{}
	for _, e := range entries {
		if e.IsDir() {
			packs[strings.ReplaceAll(e.Name(), ".", "_")] = filepath.Join(folder, e.Name())
		}
	}
	if len(packs) == 0 {
		t.Fatalf("%s has no folders", folder)
	}
	roundTrip(t, packs)
}

// Published contracts that nobody on this project wrote, with hyphens, Swedish names, xmldsig and patterns on dateTime.
func TestStandInSurvivesTheRoundTrip(t *testing.T) {
	folder := filepath.Join(moduleRoot(t), "../shared/standin")
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED: no stand-in for the official pack in %s", folder)
	}
	// No message of the pack holds a signature: it is sent as a message of its own.
	signature := xml.Name{Space: "http://www.w3.org/2000/09/xmldsig#", Local: "Signature"}
	roundTrip(t, map[string]string{"standin": folder}, signature)
}

// probe is one message to be read and written by generated code.
type probe struct {
	name, pack, file string // file of the sample; the answer is file + ".out"
	domain           *domain
	call             call
	response         bool
	envelope         []byte
}

func (p probe) root() xml.Name {
	if p.response {
		return p.call.Response
	}
	return p.call.Request
}

// roundTrip generates every pack, builds all of it at once, and sends samples of every message through it:
// sample → decode → encode → valid by the schema → equal to the sample. also are elements to be sent as messages too.
func roundTrip(t *testing.T, packs map[string]string, also ...xml.Name) {
	work := t.TempDir()
	build := &prober{dir: work, overlay: map[string]string{}}
	var probes []probe
	for _, pack := range slices.Sorted(maps.Keys(packs)) {
		domains, err := loadPack(packs[pack])
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range also {
			op := domains[0].operations[0]
			op.Name, op.Request, op.Response = name.Local, name, name
			domains[0].operations = append(domains[0].operations, op)
		}
		files, err := generateDomains(pack, domains, "rivgate/soap")
		if err != nil {
			t.Fatalf("generating %s: %v", pack, err)
		}
		for i, folder := range foldersOf(domains) {
			g, err := newPackage(pack, folder, "rivgate/soap", domains[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := build.add(pack, folder, files, g.calls); err != nil {
				t.Fatal(err)
			}
			probes = append(probes, samples(t, work, pack, domains[i], g.calls, len(probes))...)
		}
	}
	if out, err := build.run(moduleRoot(t)); err != nil {
		t.Fatalf("building and running the generated code: %v\n%s", err, out)
	}
	checked := 0
	for _, p := range probes {
		t.Run(p.name, func(t *testing.T) { checked += compare(t, p, packs[p.pack]) })
	}
	t.Logf("%d messages of %d packs read and written, %d of them checked by their schema",
		len(probes), len(packs), checked)
}

// samples writes the samples of every message to files: short, full, and every alternative.
func samples(t *testing.T, work, pack string, d *domain, calls []call, from int) []probe {
	var found []probe
	for _, c := range calls {
		for _, response := range []bool{false, true} {
			seen := map[string]bool{}
			for _, full := range []bool{false, true} {
				for pick := range 4 {
					p := probe{pack: pack, domain: d, call: c, response: response}
					text, err := d.schemas.sample(p.root(), full, pick)
					if err != nil {
						t.Fatal(err)
					}
					if seen[text] {
						continue
					}
					seen[text] = true
					kind := map[bool]string{false: "short", true: "full"}[full]
					p.name = fmt.Sprintf("%s %s %s %s %d", pack, c.Go, p.root().Local, kind, pick)
					p.file = filepath.Join(work, fmt.Sprintf("%d.xml", from+len(found)))
					header := ""
					if !response {
						h := c.Headers[0]
						header = "<e:Header><h:" + h.Local + ` xmlns:h="` + h.Space + `">SE2010123456-VC01</h:` + h.Local + "></e:Header>"
					}
					p.envelope = []byte(`<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">` + header +
						`<e:Body>` + text + `</e:Body></e:Envelope>`)
					if err := os.WriteFile(p.file, p.envelope, 0o600); err != nil {
						t.Fatal(err)
					}
					of := fmt.Sprintf("%s %s %v", pack+"_"+d.name, c.Go, response)
					if err := os.WriteFile(p.file+".case", []byte(of), 0o600); err != nil {
						t.Fatal(err)
					}
					found = append(found, p)
				}
			}
		}
	}
	return found
}

// compare checks what came back, and is 1 where the schema could be asked too.
func compare(t *testing.T, p probe, dir string) int {
	out, err := os.ReadFile(p.file + ".out")
	if err != nil {
		t.Fatalf("generated code gave no answer for\n%s\n%v", p.envelope, err)
	}
	want, got := tree(t, p.envelope), tree(t, out)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not the same after the round trip (-sample +written):\n%s\n%s", diff, p.envelope)
	}
	if n := bytes.Count(out, []byte("xmlns:n1=")); n > 1 {
		t.Errorf("a namespace is declared %d times", n)
	}
	engine, err := compileSchemas(dir, p.call.WSDL)
	if err != nil {
		t.Logf("REPORT: the schema of %s does not compile, round trip checked without it: %v", p.call.WSDL, err)
		return 0
	}
	if err := engine.Validate(context.Background(), bytes.NewReader(p.envelope)); err != nil {
		t.Errorf("the sample is not valid: %v\n%s", err, p.envelope)
	}
	if err := engine.Validate(context.Background(), bytes.NewReader(out)); err != nil {
		t.Errorf("what was written is not valid: %v\n%s", err, out)
	}
	return 1
}

const envelopeSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="http://schemas.xmlsoap.org/soap/envelope/" elementFormDefault="qualified">
 <xs:element name="Envelope"><xs:complexType><xs:sequence>
  <xs:element name="Header" minOccurs="0"><xs:complexType><xs:sequence>
   <xs:any processContents="lax" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
  <xs:element name="Body"><xs:complexType><xs:sequence>
   <xs:any processContents="strict"/></xs:sequence></xs:complexType></xs:element>
 </xs:sequence></xs:complexType></xs:element></xs:schema>`

// extraSchema declares what samples have for a wildcard: some wildcards take only what is declared.
const extraSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:test:extra:1.1">
 <xs:element name="extra"/></xs:schema>`

// compileSchemas is the schemas that a WSDL imports, below the envelope.
func compileSchemas(dir, wsdl string) (*xsd.Engine, error) {
	l := &loader{dir: dir, files: map[string]*source{}}
	src, err := l.read(wsdl)
	if err != nil {
		return nil, err
	}
	sources := []xsd.SchemaSource{
		xsd.Bytes("envelope.xsd", []byte(envelopeSchema)), xsd.Bytes("extra.xsd", []byte(extraSchema)),
	}
	for _, schema := range children(child(src.root, spaceWSDL, "types"), spaceXSD) {
		for _, e := range children(schema, spaceXSD) {
			if e.Tag == "import" {
				location := src.relative(e.SelectAttrValue("schemaLocation", ""))
				sources = append(sources, xsd.File(filepath.Join(dir, filepath.FromSlash(location))))
			}
		}
	}
	return xsd.Compile(context.Background(), sources...)
}

// tree is a document as lines, one for each token, with names and the prefixes of values resolved: prefixes do not
// count.
func tree(t *testing.T, document []byte) []string {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(document))
	scopes := []map[string]string{{}}
	var lines []string
	text := ""
	flush := func() {
		if text != "" {
			lines = append(lines, "text "+resolved(scopes[len(scopes)-1], text))
		}
		text = ""
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatalf("reading\n%s\n%v", document, err)
		}
		switch x := token.(type) {
		case xml.CharData:
			if len(scopes) > 1 { // else it is the line break after the XML declaration
				text += string(x)
			}
		case xml.StartElement:
			flush()
			scope := map[string]string{}
			for prefix, space := range scopes[len(scopes)-1] {
				scope[prefix] = space
			}
			var attrs []string
			for _, a := range x.Attr {
				if a.Name.Space == "xmlns" {
					scope[a.Name.Local] = a.Value
				}
			}
			for _, a := range x.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					attrs = append(attrs, fmt.Sprintf("{%s}%s=%q", a.Name.Space, a.Name.Local, resolved(scope, a.Value)))
				}
			}
			slices.Sort(attrs)
			scopes = append(scopes, scope)
			lines = append(lines, fmt.Sprintf("start {%s}%s %s", x.Name.Space, x.Name.Local, strings.Join(attrs, " ")))
		case xml.EndElement:
			flush()
			scopes = scopes[:len(scopes)-1]
			lines = append(lines, "end")
		}
	}
}

func resolved(scope map[string]string, value string) string {
	if prefix, local, found := strings.Cut(value, ":"); found && scope[prefix] != "" {
		return "{" + scope[prefix] + "}" + local
	}
	return value
}

// prober is a program made of all generated packages. It is built inside the module by an overlay, so that nothing is
// written there and nothing is fetched.
type prober struct {
	dir     string
	overlay map[string]string // path below the module → file
	imports []string
	cases   []string
}

func (b *prober) add(pack, folder string, files output, calls []call) error {
	for _, path := range files.paths() {
		if !strings.HasPrefix(path, folder+"/") {
			continue
		}
		file := filepath.Join(b.dir, strings.ReplaceAll(pack+"_"+path, "/", "_"))
		if err := os.WriteFile(file, files[path], 0o600); err != nil {
			return err
		}
		b.overlay["probe/"+pack+"/"+path] = file
	}
	alias := pack + "_" + folder
	b.imports = append(b.imports, fmt.Sprintf("%s %q", alias, "rivgate/probe/"+pack+"/"+folder))
	for _, c := range calls {
		key := pack + "_" + domainOf(c.Contract) + " " + c.Go
		b.cases = append(b.cases,
			fmt.Sprintf(requestCase, key, alias, c.RequestType, c.Go),
			fmt.Sprintf(responseCase, key, alias, c.ResponseType, c.Go))
	}
	return nil
}

// The cases of one operation: %[1]q is its key, %[2]s the package, %[3]s the type, %[4]s the operation.
const (
	requestCase = `"%[1]s false": func(in []byte) ([]byte, error) {
		var v %[2]s.%[3]s
		to, err := soap.DecodeRequest(%[2]s.%[4]sOperation(), in, &v)
		if err != nil {
			return nil, err
		}
		return soap.Encode(%[2]s.%[4]sOperation(), to, &v)
	},`
	responseCase = `"%[1]s true": func(in []byte) ([]byte, error) {
		var v %[2]s.%[3]s
		if err := soap.DecodeResponse(%[2]s.%[4]sOperation(), in, &v); err != nil {
			return nil, err
		}
		return soap.EncodeResponse(%[2]s.%[4]sOperation(), &v)
	},`
)

// run builds the program and has it answer every sample in its folder; out is what it says.
func (b *prober) run(root string) (out []byte, err error) {
	program := "package main\n\nimport (\n\"bytes\"\n\"fmt\"\n\"os\"\n\"path/filepath\"\n\"rivgate/soap\"\n" +
		strings.Join(b.imports, "\n") + "\n)\n" +
		"var cases = map[string]func([]byte) ([]byte, error){\n" + strings.Join(b.cases, "\n") + "\n}\n" + proberMain
	main := filepath.Join(b.dir, "main.go")
	if err := os.WriteFile(main, []byte(program), 0o600); err != nil {
		return nil, err
	}
	b.overlay["probe/main.go"] = main
	replace := map[string]string{}
	for path, file := range b.overlay {
		replace[filepath.Join(root, filepath.FromSlash(path))] = file
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	overlay := filepath.Join(b.dir, "overlay.json")
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return nil, err
	}
	command := exec.Command("go", "run", "-overlay", overlay, "rivgate/probe", b.dir)
	command.Dir = root
	command.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=readonly")
	return command.CombinedOutput()
}

const proberMain = `
// main answers each N.xml in a folder, and sees that a second round gives the same bytes.
func main() {
	files, _ := filepath.Glob(filepath.Join(os.Args[1], "*.xml"))
	for _, file := range files {
		in, _ := os.ReadFile(file)
		key, _ := os.ReadFile(file + ".case")
		out, err := cases[string(key)](in)
		if err == nil {
			var again []byte
			again, err = cases[string(key)](out)
			if err == nil && !bytes.Equal(again, out) {
				err = fmt.Errorf("a second round gives other bytes")
			}
		}
		if err == nil {
			err = os.WriteFile(file+".out", out, 0o600)
		}
		if err != nil {
			fmt.Println(string(key), file, err)
			os.Exit(1)
		}
	}
}
`
