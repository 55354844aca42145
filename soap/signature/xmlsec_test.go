package signature

import (
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dsig "github.com/russellhaering/goxmldsig"
)

// idAttributes tell xmlsec1 which attributes are ids.
var idAttributes = []string{
	"--id-attr:Id", "http://schemas.xmlsoap.org/soap/envelope/:Body",
	"--id-attr:Id", "urn:riv:itintegration:registry:1:LogicalAddress",
	"--id-attr:Id", NamespaceUtility + ":Timestamp",
}

func xmlsec(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	out, err := exec.Command("xmlsec1", arguments...).CombinedOutput()
	return string(out), err
}

// xmlsec1 verifies what we sign, and refuses it once it is changed.
func TestXmlsecVerifiesOurs(t *testing.T) {
	ca := newAuthority(t)
	for name, key := range map[string]crypto.Signer{
		"RSA": rsaKey(t, 2048), "P-256": ecdsaKey(t, elliptic.P256()), "P-384": ecdsaKey(t, elliptic.P384()),
		"P-521": ecdsaKey(t, elliptic.P521()),
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			pair := ca.Issue(t, key, nil)
			certificate, _ := writePair(t, folder, pair)
			verify := func(text string) (string, error) {
				file := filepath.Join(folder, "signed.xml")
				write(t, file, []byte(text))
				arguments := append([]string{"--verify", "--pubkey-cert-pem", certificate}, idAttributes...)
				return xmlsec(t, append(arguments, file)...)
			}
			signed := sign(t, signer(t, pair), plainEnvelope)
			if out, err := verify(signed); err != nil {
				t.Fatalf("%v: %s\n%s", err, out, signed)
			}
			if _, err := verify(strings.Replace(signed, "ett", "fem", 1)); err == nil {
				t.Error("a changed message is verified")
			}
		})
	}
}

// template is a message for xmlsec1 to sign, with its certificate in it.
func template(pairCertificate []byte, algorithm, digestAlgorithm, prefixes string, created time.Time) string {
	reference := func(id string) string {
		included := ""
		if prefixes != "" {
			included = fmt.Sprintf(`<e:InclusiveNamespaces xmlns:e="%s" PrefixList="%s"/>`, namespaceExclusive, prefixes)
		}
		return fmt.Sprintf(`<Reference URI="#%s"><Transforms><Transform Algorithm="%s">%s</Transform></Transforms>
<DigestMethod Algorithm="%s"/><DigestValue/></Reference>`, id, namespaceExclusive, included, digestAlgorithm)
	}
	security := fmt.Sprintf(`<o:Security xmlns:o="%s" xmlns:u="%s">
<u:Timestamp u:Id="T"><u:Created>%s</u:Created></u:Timestamp>
<o:BinarySecurityToken u:Id="X" ValueType="%s" EncodingType="%s">%s</o:BinarySecurityToken>
<Signature xmlns="%s"><SignedInfo>
<CanonicalizationMethod Algorithm="%s"/><SignatureMethod Algorithm="%s"/>%s%s%s</SignedInfo><SignatureValue/>
<KeyInfo><o:SecurityTokenReference><o:Reference URI="#X"/></o:SecurityTokenReference></KeyInfo></Signature></o:Security>`,
		NamespaceSecurity, NamespaceUtility, created.Format(time.RFC3339), tokenX509, encodingBase64,
		base64.StdEncoding.EncodeToString(pairCertificate), namespaceSignature, namespaceExclusive, algorithm,
		reference("B"), reference("R"), reference("T"))
	text := strings.Replace(commentless, "<soapenv:Header>", "<soapenv:Header>"+security, 1)
	text = strings.Replace(text, "<r:LogicalAddress>", `<r:LogicalAddress xmlns:u="`+NamespaceUtility+`" u:Id="R">`, 1)
	return strings.Replace(text, "<soapenv:Body>", `<soapenv:Body xmlns:u="`+NamespaceUtility+`" u:Id="B">`, 1)
}

// We verify what xmlsec1 signs, and take SHA-1 only by exception.
func TestXmlsecSignsAndWeVerify(t *testing.T) {
	ca := newAuthority(t)
	v := &Verifier{Trust: []*x509.Certificate{ca.Certificate}}
	const sha1 = "http://www.w3.org/2000/09/xmldsig#sha1"
	for _, c := range []struct {
		name, algorithm, digest, prefixes string
		key                               crypto.Signer
		terms                             Terms
		want                              Code
	}{
		{"RSA", dsig.RSASHA256SignatureMethod, digestSHA256, "", rsaKey(t, 2048), Terms{}, ""},
		{"RSA with SHA-512", dsig.RSASHA512SignatureMethod, digestSHA256, "", rsaKey(t, 2048), Terms{}, ""},
		{"P-256", dsig.ECDSASHA256SignatureMethod, digestSHA256, "", ecdsaKey(t, elliptic.P256()), Terms{}, ""},
		{"P-384", dsig.ECDSASHA384SignatureMethod, digestSHA256, "", ecdsaKey(t, elliptic.P384()), Terms{}, ""},
		{
			"with prefixes that are included", dsig.RSASHA256SignatureMethod, digestSHA256, "r soapenv #default",
			rsaKey(t, 2048),
			Terms{},
			"",
		},
		{"SHA-1", dsig.RSASHA1SignatureMethod, sha1, "", rsaKey(t, 2048), Terms{}, Algorithm},
		{"SHA-1 in a digest alone", dsig.RSASHA256SignatureMethod, sha1, "", rsaKey(t, 2048), Terms{}, Algorithm},
		{"SHA-1 by exception", dsig.RSASHA1SignatureMethod, sha1, "", rsaKey(t, 2048), Terms{SHA1: true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			pair := ca.Issue(t, c.key, nil)
			certificate, key := writePair(t, folder, pair)
			in, out := filepath.Join(folder, "in.xml"), filepath.Join(folder, "out.xml")
			write(t, in, []byte(template(pair.Certificate[0], c.algorithm, c.digest, c.prefixes, noon)))
			arguments := append([]string{"--sign", "--privkey-pem", key + "," + certificate, "--output", out}, idAttributes...)
			if said, err := xmlsec(t, append(arguments, in)...); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			signed, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Verify(message(t, string(signed)), c.terms, noon); code(err) != c.want || c.want == "" && err != nil {
				t.Fatalf("got %v, want %q: %s", err, c.want, signed)
			}
			if c.want != "" {
				return
			}
			changed := strings.Replace(string(signed), "ett", "fem", 1)
			if _, err := v.Verify(message(t, changed), c.terms, noon); code(err) != Digest {
				t.Errorf("changed: %v", err)
			}
		})
	}
}
