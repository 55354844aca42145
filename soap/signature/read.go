package signature

import (
	"bytes"
	"encoding/base64"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// maxReferences bounds what one signature may cover.
const maxReferences = 16

// security is what a Security block says, as it is written.
type security struct {
	created, expires time.Time // of its Timestamp; expires is zero where none is said
	tokenID          string
	token            []byte // the certificate
	method           string
	references       []reference
	canonical        []byte // form of SignedInfo
	value            []byte // of the signature
}

// reference is one Reference of SignedInfo.
type reference struct {
	id       string
	digest   string // algorithm
	value    []byte
	included []string // prefixes of its canonical form
	node     *node
}

// readSecurity reads the Security block that is for us. All of it must be known: what is not is refused.
func readSecurity(text []byte, h *head) (*security, error) {
	el, err := parseBlock(text[h.security.begin:h.security.end], h.security.scope)
	if err != nil {
		return nil, err
	}
	s := &security{}
	var stamp, token, signature *etree.Element
	for _, child := range el.ChildElements() {
		var slot **etree.Element
		switch {
		case isElement(child, NamespaceUtility, "Timestamp"):
			slot = &stamp
		case isElement(child, NamespaceSecurity, "BinarySecurityToken"):
			slot = &token
		case isElement(child, namespaceSignature, "Signature"):
			slot = &signature
		default:
			return nil, refuse(Malformed, "Security holds what is neither Timestamp, BinarySecurityToken nor Signature")
		}
		if *slot != nil {
			return nil, refuse(Malformed, "Security holds two Timestamps, tokens or signatures")
		}
		*slot = child
	}
	switch {
	case signature == nil:
		return nil, refuse(Missing, "Security holds no Signature")
	case token == nil:
		return nil, refuse(Malformed, "Security holds no BinarySecurityToken")
	case stamp == nil:
		return nil, refuse(Uncovered, "Security holds no Timestamp")
	}
	if err := s.readTimestamp(stamp); err != nil {
		return nil, err
	}
	if err := s.readToken(token); err != nil {
		return nil, err
	}
	return s, s.readSignature(signature)
}

// parseBlock is a block as a tree, in an element that has the declarations around it.
func parseBlock(block []byte, scope map[string]string) (*etree.Element, error) {
	var around bytes.Buffer
	around.WriteString("<around")
	for prefix, space := range scope {
		if prefix == "xml" {
			continue
		}
		around.WriteString(" xmlns")
		if prefix != "" {
			around.WriteString(":" + prefix)
		}
		around.WriteString(`="` + valueEscaper.Replace(space) + `"`)
	}
	around.WriteString(">")
	around.Write(block)
	around.WriteString("</around>")
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(around.Bytes()); err != nil {
		return nil, &Refusal{Code: Malformed, Detail: "Security cannot be read", Cause: err}
	}
	children := doc.Root().ChildElements()
	if len(children) != 1 {
		return nil, refuse(Malformed, "Security cannot be read")
	}
	return children[0], nil
}

var valueEscaper = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;",
)

func isElement(el *etree.Element, space, local string) bool {
	return el.Tag == local && el.NamespaceURI() == space
}

// children are the children of an element, which must be these, in this order.
func children(el *etree.Element, space string, locals ...string) ([]*etree.Element, error) {
	all := el.ChildElements()
	if len(all) != len(locals) {
		return nil, refuse(Malformed, "%s does not hold what it must", el.Tag)
	}
	for i, child := range all {
		if !isElement(child, space, locals[i]) {
			return nil, refuse(Malformed, "%s does not hold what it must", el.Tag)
		}
	}
	return all, nil
}

// text is the text of an element that holds nothing else.
func text(el *etree.Element) (string, error) {
	var b strings.Builder
	for _, child := range el.Child {
		data, ok := child.(*etree.CharData)
		if !ok {
			return "", refuse(Malformed, "%s holds more than text", el.Tag)
		}
		b.WriteString(data.Data)
	}
	return strings.Trim(b.String(), " \t\r\n"), nil
}

// bytesOf is the base64 text of an element; line ends in it do not count.
func bytesOf(el *etree.Element) ([]byte, error) {
	written, err := text(el)
	if err != nil {
		return nil, err
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(written), ""))
	if err != nil || len(decoded) == 0 {
		return nil, refuse(Malformed, "%s is no base64", el.Tag)
	}
	return decoded, nil
}

// plain is the value of an attribute without namespace; "" where there is none.
func plain(el *etree.Element, key string) string {
	for _, a := range el.Attr {
		if a.Space == "" && a.Key == key {
			return a.Value
		}
	}
	return ""
}

func utilityID(el *etree.Element) string {
	for i := range el.Attr {
		if a := &el.Attr[i]; a.Key == "Id" && a.NamespaceURI() == NamespaceUtility {
			return a.Value
		}
	}
	return ""
}

func (s *security) readTimestamp(el *etree.Element) (err error) {
	for i, child := range el.ChildElements() {
		at := &s.created
		switch {
		case i == 0 && isElement(child, NamespaceUtility, "Created"):
		case i == 1 && isElement(child, NamespaceUtility, "Expires"):
			at = &s.expires
		default:
			return refuse(Malformed, "Timestamp does not hold Created and Expires")
		}
		written, err := text(child)
		if err != nil {
			return err
		}
		if *at, err = time.Parse(time.RFC3339Nano, written); err != nil {
			return refuse(Malformed, "Timestamp holds no time with a zone")
		}
	}
	if s.created.IsZero() {
		return refuse(Malformed, "Timestamp has no Created")
	}
	return nil
}

func (s *security) readToken(el *etree.Element) (err error) {
	if plain(el, "ValueType") != tokenX509 {
		return refuse(Malformed, "the token is no X509v3")
	}
	if encoding := plain(el, "EncodingType"); encoding != "" && encoding != encodingBase64 {
		return refuse(Malformed, "the token is not Base64Binary")
	}
	if s.tokenID = utilityID(el); s.tokenID == "" {
		return refuse(Malformed, "the token has no id")
	}
	s.token, err = bytesOf(el)
	return err
}

func (s *security) readSignature(el *etree.Element) error {
	parts, err := children(el, namespaceSignature, "SignedInfo", "SignatureValue", "KeyInfo")
	if err != nil {
		return err
	}
	if s.value, err = bytesOf(parts[1]); err != nil {
		return err
	}
	if err := s.readKeyInfo(parts[2]); err != nil {
		return err
	}
	return s.readSignedInfo(parts[0])
}

// readKeyInfo takes the one form that says which token it is by its id: WS-Security X.509 Token Profile 1.1, section
// 3.2.2.
func (s *security) readKeyInfo(el *etree.Element) error {
	parts, err := children(el, NamespaceSecurity, "SecurityTokenReference")
	if err != nil {
		return err
	}
	if parts, err = children(parts[0], NamespaceSecurity, "Reference"); err != nil {
		return err
	}
	if kind := plain(parts[0], "ValueType"); kind != "" && kind != tokenX509 {
		return refuse(Malformed, "the key is of a token that is no X509v3")
	}
	if plain(parts[0], "URI") != "#"+s.tokenID {
		return refuse(Outside, "the key is not of the token in Security")
	}
	return nil
}

func (s *security) readSignedInfo(el *etree.Element) error {
	all := el.ChildElements()
	if len(all) < 3 || len(all) > 2+maxReferences || !isElement(all[0], namespaceSignature, "CanonicalizationMethod") ||
		!isElement(all[1], namespaceSignature, "SignatureMethod") {
		return refuse(Malformed, "SignedInfo does not hold what it must, or more than %d references", maxReferences)
	}
	included, err := exclusive(all[0])
	if err != nil {
		return err
	}
	if len(all[1].ChildElements()) > 0 {
		return refuse(Algorithm, "SignatureMethod has parameters")
	}
	s.method = plain(all[1], "Algorithm")
	if s.canonical, err = canonicalSignedInfo(el, included); err != nil {
		return err
	}
	for _, child := range all[2:] {
		if !isElement(child, namespaceSignature, "Reference") {
			return refuse(Malformed, "SignedInfo holds what is no Reference")
		}
		if err := s.readReference(child); err != nil {
			return err
		}
	}
	return nil
}

func (s *security) readReference(el *etree.Element) error {
	var r reference
	uri := plain(el, "URI")
	if len(uri) < 2 || uri[0] != '#' || strings.ContainsAny(uri, "() \t\r\n") {
		return refuse(Outside, "a reference that is not the id of a part of the message")
	}
	r.id = uri[1:]
	for _, known := range s.references {
		if known.id == r.id {
			return refuse(IDTwice, "two references to the same id")
		}
	}
	parts, err := children(el, namespaceSignature, "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return &Refusal{Code: Transform, Detail: "a Reference that has not Transforms, DigestMethod and DigestValue"}
	}
	transforms := parts[0].ChildElements()
	if len(transforms) != 1 || !isElement(transforms[0], namespaceSignature, "Transform") {
		return refuse(Transform, "a Reference with another number of transforms than one")
	}
	if r.included, err = exclusive(transforms[0]); err != nil {
		return err
	}
	r.digest = plain(parts[1], "Algorithm")
	if r.value, err = bytesOf(parts[2]); err != nil {
		return err
	}
	s.references = append(s.references, r)
	return nil
}

// exclusive is the list of prefixes of the one canonical form that is taken.
func exclusive(el *etree.Element) (included []string, err error) {
	if plain(el, "Algorithm") != string(dsig.CanonicalXML10ExclusiveAlgorithmId) {
		return nil, refuse(Transform, "a canonical form that is not the exclusive one without comments")
	}
	parameters := el.ChildElements()
	if len(parameters) == 0 {
		return nil, nil
	}
	if len(parameters) > 1 || !isElement(parameters[0], namespaceExclusive, "InclusiveNamespaces") {
		return nil, refuse(Transform, "a canonical form with parameters that it does not have")
	}
	for _, prefix := range strings.Fields(plain(parameters[0], "PrefixList")) {
		if prefix == "#default" {
			prefix = ""
		}
		included = append(included, prefix)
	}
	return included, nil
}

// canonicalSignedInfo is the canonical form of SignedInfo, by goxmldsig; by us where the list of prefixes has the
// default namespace, for which goxmldsig has no word.
func canonicalSignedInfo(el *etree.Element, included []string) ([]byte, error) {
	around, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		return nil, &Refusal{Code: Malformed, Detail: "SignedInfo cannot be read", Cause: err}
	}
	detached, err := etreeutils.NSDetatch(around, el)
	if err != nil {
		return nil, &Refusal{Code: Malformed, Detail: "SignedInfo cannot be read", Cause: err}
	}
	for _, prefix := range included {
		if prefix == "" {
			return ownForm(detached, included)
		}
	}
	list := strings.Join(included, " ")
	form, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(list).Canonicalize(detached)
	if err != nil {
		return nil, &Refusal{Code: Malformed, Detail: "SignedInfo cannot be read", Cause: err}
	}
	return form, nil
}

// ownForm is the canonical form of an element by us.
func ownForm(el *etree.Element, included []string) ([]byte, error) {
	doc := etree.NewDocument()
	doc.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalEndTags: true, CanonicalText: true}
	doc.SetRoot(el)
	written, err := doc.WriteToBytes()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := newWalk(bytes.NewReader(written))
	c := newCanonical(&out, included)
	for {
		e, err := w.next()
		if err != nil || e == eventEOF {
			return nil, &Refusal{Code: Malformed, Detail: "SignedInfo cannot be read", Cause: err}
		}
		if done, err := c.write(w, e); done || err != nil {
			return out.Bytes(), err
		}
	}
}
