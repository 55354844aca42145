package wsdl

import (
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jacoelho/xsd"
)

// node is one element of a contract file.
type node struct {
	XMLName  xml.Name
	Attr     []xml.Attr `xml:",any,attr"`
	Children []node     `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (n node) attr(name string) string {
	for _, a := range n.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// walk calls f for n and everything below it.
func (n node) walk(f func(node)) {
	f(n)
	for _, c := range n.Children {
		c.walk(f)
	}
}

// contractFiles are the files of our packs that end in suffix, by pack and path.
func contractFiles(t *testing.T, suffix string) map[string]node {
	t.Helper()
	found := map[string]node{}
	for _, name := range []string{Inferred, Platform} {
		pack, err := Pack(name)
		if err != nil {
			t.Fatal(err)
		}
		err = fs.WalkDir(pack, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, suffix) {
				return err
			}
			text, err := fs.ReadFile(pack, p)
			if err != nil {
				return err
			}
			var n node
			if err := xml.Unmarshal(text, &n); err != nil {
				return err
			}
			found[name+"/"+p] = n
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) < 5 {
		t.Fatalf("only %d files end in %s", len(found), suffix)
	}
	return found
}

func TestPack(t *testing.T) {
	for _, name := range []string{Inferred, Official, Platform} {
		pack, err := Pack(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fs.Stat(pack, "README.md"); err != nil {
			t.Errorf("pack %s: %v", name, err)
		}
	}
	if _, err := Pack("other"); !errors.Is(err, ErrUnknownPack) {
		t.Errorf("got %v", err)
	}
}

// RIV-TA Basic Profile 2.1.
func TestWSDLFilesKeepTheRules(t *testing.T) {
	space := regexp.MustCompile(`^urn:riv(-application)?:([a-z:]+):([A-Z][A-Za-z]+):([0-9]+):rivtabp21$`)
	for name, n := range contractFiles(t, ".wsdl") {
		if n.Children[0].XMLName.Local != "documentation" {
			t.Errorf("%s: the documentation is not first", name)
		}
		documentation := n.Children[0].Text
		for _, word := range []string{
			"Name:", "Description:", "Revisions:", "Service domain:", "Fråga-svar", "RIVTABP21", "NOT",
		} {
			if !strings.Contains(documentation, word) {
				t.Errorf("%s: no %q in the documentation", name, word)
			}
		}
		m := space.FindStringSubmatch(n.attr("targetNamespace"))
		if m == nil {
			t.Errorf("%s: target namespace %s", name, n.attr("targetNamespace"))
			continue
		}
		want := regexp.MustCompile("^" + m[3] + "Interaction_" + m[4] + `\.[0-9]+_RIVTABP21\.wsdl$`)
		if !want.MatchString(path.Base(name)) || n.attr("name") != m[3]+"Interaction" {
			t.Errorf("%s: the name should be like %s", name, want)
		}
		responder := "urn:riv" + m[1] + ":" + m[2] + ":" + m[3] + "Responder:" + m[4]
		names := map[string]string{
			"portType": "ResponderInterface", "binding": "ResponderBinding", "service": "ResponderService",
			"port": "ResponderPort",
		}
		n.walk(func(e node) {
			switch local := e.XMLName.Local; {
			case local == "fault":
				t.Errorf("%s: it has a wsdl:fault", name)
			case names[local] != "" && e.attr("name") != "" && e.attr("name") != m[3]+names[local]:
				t.Errorf("%s: %s is called %s", name, local, e.attr("name"))
			case local == "operation" && e.attr("soapAction") != "" && e.attr("soapAction") != responder+":"+m[3]:
				t.Errorf("%s: soapAction %s", name, e.attr("soapAction"))
			case local == "address" && !strings.HasSuffix(e.attr("location"), "/"+m[3]+"/"+m[4]+"/rivtabp21"):
				t.Errorf("%s: address %s", name, e.attr("location"))
			}
		})
	}
}

func TestSchemasKeepTheRules(t *testing.T) {
	for name, n := range contractFiles(t, ".xsd") {
		if n.attr("elementFormDefault") != "qualified" || n.attr("version") == "" {
			t.Errorf("%s: elementFormDefault or version", name)
		}
		if documentation := n.Children[0].Children[0].Text; !strings.Contains(documentation, "NOT") ||
			!strings.Contains(documentation, "Rivgate") {
			t.Errorf("%s: its documentation does not say whose it is: %s", name, documentation)
		}
		n.walk(func(e node) {
			if strings.ContainsAny(strings.ToLower(e.attr("name")+e.attr("value")), "åäö") {
				t.Errorf("%s: å, ä or ö in %s%s", name, e.attr("name"), e.attr("value"))
			}
			if e.XMLName.Local != "complexType" {
				return
			}
			for _, sequence := range e.Children {
				if sequence.XMLName.Local != "sequence" {
					continue
				}
				last := sequence.Children[len(sequence.Children)-1]
				got := []string{
					last.XMLName.Local, last.attr("namespace"), last.attr("processContents"), last.attr("minOccurs"),
					last.attr("maxOccurs"),
				}
				if diff := cmp.Diff([]string{"any", "##other", "lax", "0", "unbounded"}, got); diff != "" {
					t.Errorf("%s: %s is not extensible: %s", name, e.attr("name"), diff)
				}
			}
		})
	}
}

func TestSchemasCompile(t *testing.T) {
	for _, name := range []string{Inferred, Platform} {
		dir := unpack(t, name)
		files, err := filepath.Glob(filepath.Join(dir, "schemas/interactions/*/*.xsd"))
		if err != nil || len(files) == 0 {
			t.Fatalf("pack %s: no schemas, %v", name, err)
		}
		for _, file := range files {
			if _, err := xsd.Compile(context.Background(), xsd.File(file)); err != nil {
				t.Errorf("pack %s: %v", name, err)
			}
		}
	}
}

func unpack(t *testing.T, name string) string {
	t.Helper()
	pack, err := Pack(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, pack); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A SOAP client and a validator that nobody here wrote must take the files.
func TestOthersTakeTheFiles(t *testing.T) {
	for _, c := range []struct{ tool, probe, suffix string }{
		{"python3 with zeep", "import zeep", ".wsdl"},
		{"xmllint", "", ".xsd"},
	} {
		t.Run(c.tool, func(t *testing.T) {
			command, args := "xmllint", []string{"--version"}
			if c.probe != "" {
				command, args = "/usr/bin/python3", []string{"-c", c.probe}
			}
			if err := exec.Command(command, args...).Run(); err != nil {
				t.Skipf("SKIPPED: no %s here", c.tool)
			}
			for _, name := range []string{Inferred, Platform} {
				files, err := filepath.Glob(filepath.Join(unpack(t, name), "schemas/interactions/*/*"+c.suffix))
				if err != nil || len(files) == 0 {
					t.Fatalf("pack %s: no files, %v", name, err)
				}
				for _, file := range files {
					if out, err := taken(c.suffix, file); err != nil {
						t.Errorf("%s: %v\n%s", path.Base(file), err, out)
					}
				}
			}
		})
	}
}

func taken(suffix, file string) ([]byte, error) {
	if suffix == ".wsdl" {
		return exec.Command("/usr/bin/python3", "-c", "import sys, zeep; zeep.Client(sys.argv[1]).create_message", file).
			CombinedOutput()
	}
	command := exec.Command("xmllint", "--noout", "--schema", file, "-")
	command.Stdin = strings.NewReader("<unknown/>")
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 { // the schema compiles, and <unknown/> is not valid by it
		return out, nil
	}
	return out, errors.Join(errors.New("the schema is not taken"), err)
}

func TestComplaintsHaveTheseElements(t *testing.T) {
	files := contractFiles(t, ".xsd")
	for name, want := range map[string]string{
		"SendComplaintType": "messageId sentTime sequenceNumber caseId externalCaseId? recipient (complaint " +
			"answer forward) *",
		"SendComplaintResponseType": "result externalCaseId? receivedTime? *",
		"ReturnComplaintType": "messageId sentTime sequenceNumber caseId? externalCaseId? updateType handlingUnit " +
			"author? text? standardReply? answerDueDate? status? statusTime? classification? newRecipient? newCase? " +
			"attachment?10 *",
		"ReturnComplaintResponseType": "result caseId? *",
		"RecipientType":               "unit kind *",
		"ComplaintType": "receivedTime reporter patient? incidentUnit? incidentPlaceText? incidentDate " +
			"description experiencedProblem?unbounded replyWanted replyChannel? attachment?10 *",
		"ReporterType":       "personId name? role statedAuthority? telecom? email? address? *",
		"PatientType":        "personId? name? dateOfBirth? gender? *",
		"SupplementType":     "text author attachment?10 *",
		"WithdrawalType":     "reason? *",
		"AnswerType":         "inReplyTo text author attachment?10 *",
		"ForwardType":        "originalCase forwardedFrom forwardedTime reason? *",
		"ClassificationType": "problemunbounded areaOfActivity incidentUnit? incidentDate? *",
		"AttachmentType":     "id fileName mediaType size sha256? (value reference) *",
		"ResultType":         "resultCode errorCode? logId subCode? message? *",
		"IIType":             "root extension? *",
		"PersonIdType":       "id type *",
		"CVType":             "code? codeSystem? codeSystemName? codeSystemVersion? displayName? originalText? *",
		"OrgUnitType": "orgUnitHSAId? orgUnitName? orgUnitTelecom? orgUnitEmail? orgUnitAddress? " +
			"orgUnitLocation? *",
		"HealthcareProfessionalType": "authorTime healthcareProfessionalHSAId? healthcareProfessionalName? " +
			"healthcareProfessionalRoleCode? healthcareProfessionalOrgUnit? *",
	} {
		got := "no such type"
		for file, n := range files {
			if strings.HasPrefix(file, Inferred) {
				n.walk(func(e node) { got = contentOf(e, name, got) })
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// contentOf is the content of e in short, if it is the complexType called name, else otherwise.
func contentOf(e node, name, otherwise string) string {
	if e.XMLName.Local != "complexType" || e.attr("name") != name {
		return otherwise
	}
	var words func(particles []node) []string
	words = func(particles []node) []string {
		var all []string
		for _, p := range particles {
			switch p.XMLName.Local {
			case "sequence":
				all = append(all, words(p.Children)...)
			case "choice":
				all = append(all, "("+strings.Join(words(p.Children), " ")+")")
			case "any":
				all = append(all, "*")
			case "element":
				all = append(all, p.attr("name")+strings.Replace(p.attr("minOccurs"), "0", "?", 1)+p.attr("maxOccurs"))
			}
		}
		return all
	}
	return strings.Join(words(e.Children), " ")
}

func TestCodeSets(t *testing.T) {
	pack, err := Pack(Inferred)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(pack, "codes/*.csv")
	if err != nil || len(files) != 3 {
		t.Fatalf("code sets %v, %v", files, err)
	}
	for _, name := range files {
		f, err := pack.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"oid", "version", "code", "parent", "display", "status"}, rows[0]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		codes := map[string]bool{"": true}
		for _, row := range rows[1:] {
			oid, code, parent, display, status := row[0], row[2], row[3], row[4], row[5]
			if oid != rows[1][0] || display == "" || status != "confirmed" && status != "inferred" {
				t.Errorf("%s: row %v", name, row)
			}
			if code != "" && codes[code] {
				t.Errorf("%s: code %s twice", name, code)
			}
			if !codes[parent] {
				t.Errorf("%s: code %s comes before its parent %s", name, code, parent)
			}
			codes[code] = true
		}
	}
}
