package signature

import (
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dsig "github.com/russellhaering/goxmldsig"

	"rivgate/soap/signature/signaturetest"
)

// wss4j is Apache WSS4J, as .ci/setup puts it beside its program.
type wss4j struct {
	t      *testing.T
	folder string // of the test's files
	path   string // of classes
	ca     *signaturetest.Authority
}

func newWSS4J(t *testing.T) *wss4j {
	t.Helper()
	const home = "testdata/wss4j"
	if _, err := os.Stat(filepath.Join(home, "lib")); err != nil {
		t.Fatal("WSS4J is not there: .ci/setup (or make setup) fetches it with Maven")
	}
	j := &wss4j{t, t.TempDir(), "", signaturetest.NewAuthority(t, time.Now())}
	j.path = j.folder + string(os.PathListSeparator) + filepath.Join(home, "lib", "*")
	j.run("javac", "-d", j.folder, "-cp", j.path, filepath.Join(home, "Wss4j.java"))
	ca := filepath.Join(j.folder, "ca.pem")
	write(t, ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: j.ca.Certificate.Raw}))
	j.run("keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", ca, "-keystore", j.file("trust.p12"),
		"-storetype", "PKCS12", "-storepass", "changeit")
	return j
}

func (j *wss4j) file(name string) string { return filepath.Join(j.folder, name) }

func (j *wss4j) run(command string, arguments ...string) string {
	j.t.Helper()
	out, err := exec.Command(command, arguments...).CombinedOutput()
	if err != nil {
		j.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

func (j *wss4j) java(arguments ...string) []string {
	j.t.Helper()
	out := j.run("java", append([]string{"-cp", j.path, "Wss4j"}, arguments...)...)
	var said []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "verified:") || strings.HasPrefix(line, "refused:") {
			said = append(said, strings.TrimSpace(line))
		}
	}
	return said
}

// WSS4J verifies what we sign, and refuses it once it is changed.
func TestWSS4JVerifiesOurs(t *testing.T) {
	j := newWSS4J(t)
	arguments, want := []string{"verify", j.file("trust.p12")}, []string{}
	for name, key := range map[string]crypto.Signer{
		"rsa": rsaKey(t, 2048), "p256": ecdsaKey(t, elliptic.P256()), "p384": ecdsaKey(t, elliptic.P384()),
	} {
		m := message(t, plainEnvelope)
		head, err := signer(t, j.ca.Issue(t, key, nil)).Sign(m, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		signed := string(head) + plainEnvelope[len(m.Head):]
		for file, text := range map[string]string{
			name + ".xml": signed, name + "-changed.xml": strings.Replace(signed, "ett", "fem", 1),
		} {
			write(t, j.file(file), []byte(text))
			arguments = append(arguments, j.file(file))
			if strings.Contains(file, "changed") {
				want = append(want, "refused:")
			} else {
				want = append(want, "verified: LogicalAddress Body Timestamp")
			}
		}
	}
	got := j.java(arguments...)
	if len(got) != len(want) {
		t.Fatalf("%d answers for %d messages: %q", len(got), len(want), got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%s: %s", filepath.Base(arguments[2+i]), got[i])
		}
	}
}

// We verify what WSS4J signs, which names prefixes to be included of itself, and refuse it once it is changed.
func TestWSS4JSignsAndWeVerify(t *testing.T) {
	j := newWSS4J(t)
	v := &Verifier{Trust: []*x509.Certificate{j.ca.Certificate}}
	write(t, j.file("in.xml"), []byte(commentless))
	for _, c := range []struct {
		name, algorithm string
		key             crypto.Signer
	}{
		{"RSA", dsig.RSASHA256SignatureMethod, rsaKey(t, 2048)},
		{"P-256", dsig.ECDSASHA256SignatureMethod, ecdsaKey(t, elliptic.P256())},
	} {
		t.Run(c.name, func(t *testing.T) {
			certificate, key := writePair(t, j.folder, j.ca.Issue(t, c.key, nil))
			j.run("openssl", "pkcs12", "-export", "-name", "1", "-in", certificate, "-inkey", key, "-passout", "pass:changeit",
				"-out", j.file("key.p12"))
			j.java("sign", j.file("key.p12"), c.algorithm, j.file("in.xml"), j.file("out.xml"))
			signed, err := os.ReadFile(j.file("out.xml"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Verify(message(t, string(signed)), Terms{}, time.Now()); err != nil {
				t.Fatalf("%v: %s", err, signed)
			}
			changed := strings.Replace(string(signed), "ett", "fem", 1)
			if _, err := v.Verify(message(t, changed), Terms{}, time.Now()); code(err) != Digest {
				t.Errorf("changed: %v", err)
			}
		})
	}
}
