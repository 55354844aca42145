package redact

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"regexp"
	"strconv"
	"strings"

	"rivgate/contracts"
	"rivgate/contracts/identity"
)

// Forms of values that say nothing of a person by themselves.
var (
	formNumber = regexp.MustCompile(`^\d{1,4}$`)
	formToken  = regexp.MustCompile(`^[A-Z0-9]+(_[A-Z0-9]+)*$`)
	formCode   = regexp.MustCompile(`^[0-9A-Za-z]{1,8}(\.[0-9A-Za-z]{1,8}){0,3}$`)
	formOID    = regexp.MustCompile(`^[0-2](\.(0|[1-9]\d*)){2,}$`)
	formURN    = regexp.MustCompile(`^urn:[0-9A-Za-z][0-9A-Za-z:._-]*$`)
	formStamp  = regexp.MustCompile(
		`^(([12]\d{3}|9999)\d{4}([0-2]\d[0-5]\d([0-5]\d)?)?|[12]\d{3}-[01]\d-[0-3]\d(T[0-2]\d:[0-5]\d(:[0-5]\d(\.\d+)?)?)?)(Z|[+-]\d\d:?\d\d)?$`,
	)
	formHSAID = regexp.MustCompile(`(?i)^(SE|TSTNMT)\d{10}(-[0-9A-Z_-]{1,31})?$|^\*$`)
	formID    = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._|:-]{0,99}$`)
	formMedia = regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]+(; ?charset=[0-9A-Za-z_-]+)?$`)
	formRoot  = regexp.MustCompile(
		formOID.String() + `|` + formURN.String() + `|` + formHSAID.String() + `|` + formToken.String(),
	)
	formCount   = regexp.MustCompile(`^\d{1,12}$`)
	formSpace   = regexp.MustCompile(`^(urn:|http://schemas\.xmlsoap\.org/|http://www\.w3\.org/)[0-9A-Za-z:./_ -]*$`)
	formSOAP    = regexp.MustCompile(`^([A-Za-z0-9_-]+:)?(Client|Server|VersionMismatch|MustUnderstand)(\.[A-Za-z.]+)?$`)
	formBoolean = regexp.MustCompile(`^(true|false|0|1)$`)
	formFault   = regexp.MustCompile(`^VP\d{3}\b`)
)

// kept says for the names of elements and attributes that are kept which form their values must have. All others are
// replaced, and these too where the form is another.
func kept(name string) *regexp.Regexp {
	switch name {
	case "LogicalAddress", "To", "logicalAddress", "orgUnitHSAId", "careUnitHSAId", "careGiverHSAId", "sourceSystemHSAId",
		"serviceConsumerHsaId", "serviceConsumerHSAId":
		return formHSAID
	case "root", "codeSystem", "type":
		return formRoot
	case "code", "codeSystemVersion", "version":
		return formCode
	case "extension", "logId", "correlationId", "MessageID", "RelatesTo":
		return formID
	case "sentTime", "receivedTime", "createdTime", "registeredTime", "authorTime", "statusTime", "closedTime",
		"measureTime", "time", "start", "end",
		"incidentDate", "answerDueDate", "localDateTime", "validFrom", "validTo", "pingDateTime":
		return formStamp
	case "sequenceNumber", "size":
		return formCount
	case "kind", "role", "updateType", "status", "resultCode", "errorCode", "subCode":
		return formToken
	case "statedAuthority", "replyWanted", "nil", "mustUnderstand", "approvedForPatient", "nullified":
		return formBoolean
	case "mediaType":
		return formMedia
	case "serviceContractNamespace", "namespace", "serviceContract", "Action", "actor", "encodingStyle", "schemaLocation",
		"serviceInteraction":
		return formSpace
	case "faultcode":
		return formSOAP
	}
	return nil
}

// value is what stands in a recording for a value of an element or an attribute.
func (m *Masker) value(n *element, value string) string {
	trimmed := strings.TrimSpace(value)
	switch {
	case trimmed == "":
		return value
	case n.space == "xmlns" || n.space == "" && n.name == "xmlns":
		return m.Scrub(value)
	case m.isIdentity(n) && strings.TrimSpace(n.parent.child("type")) == contracts.TypeUnnumbered:
		return m.same("unnumbered", trimmed, func(k int) string { return identity.Unnumbered(fmt.Sprint(k)).ID })
	case m.isIdentity(n):
		return m.person(trimmed)
	case n.parent != nil && strings.EqualFold(n.parent.name, "attachment"):
		return m.attached(n, trimmed)
	case n.name == "faultstring" && formFault.MatchString(trimmed),
		n.name == "detailString" && n.beside("faultstring", formFault):
		return m.Scrub(value)
	}
	if form := kept(n.name); form != nil && form.MatchString(trimmed) && !m.reserved(n) {
		return m.Scrub(value)
	}
	return m.other(n, trimmed)
}

// isIdentity tells whether an element or attribute holds a person's identity: by where it stands, or by the OID beside
// it.
func (m *Masker) isIdentity(n *element) bool {
	if n.parent == nil {
		return false
	}
	switch n.name {
	case "id", "extension":
	default:
		return false
	}
	kind := n.parent.child("type") + " " + n.parent.child("root")
	return strings.EqualFold(n.parent.name, "personId") || strings.Contains(kind, contracts.OIDPersonnummer) ||
		strings.Contains(kind, contracts.OIDSamordning) ||
		strings.Contains(kind, contracts.OIDReserve)
}

// reserved tells whether a name that is kept elsewhere belongs to a person here.
func (m *Masker) reserved(n *element) bool {
	return n.name == "incidentDate" && n.within("patient") && !n.within("complaint")
}

// person is an identity that stands for another.
func (m *Masker) person(id string) string {
	if found := identity.Find(id); len(found) == 1 && found[0] == (identity.Span{End: len(id)}) {
		return m.standIn(id)
	}
	return m.shaped(id)
}

// attached is a value of an attachment's description. Its content is another file of the same type, which its size and
// digest are those of.
func (m *Masker) attached(n *element, value string) string {
	file := placeholder(n.parent.child("mediaType"))
	switch n.name {
	case "id":
		if formNumber.MatchString(value) {
			return value
		}
	case "mediaType":
		if formMedia.MatchString(value) {
			return value
		}
	case "size":
		if n.parent.child("value") != "" {
			return strconv.Itoa(len(file))
		}
		if len(value) < 12 && formStampless(value) {
			return value
		}
	case "sha256":
		sum := sha256.Sum256(file)
		return hex.EncodeToString(sum[:])
	case "value":
		return base64.StdEncoding.EncodeToString(file)
	case "reference":
		return m.same("reference", value, func(k int) string { return fmt.Sprintf("urn:rivgate:maskerad:%d", k) })
	case "fileName":
		return m.same("file", value, func(k int) string {
			return wordLike(strings.TrimSuffix(value, value[len(value)-len(ending(value)):]), k) + ending(value)
		})
	}
	return m.other(n, value)
}

// formStampless tells whether a value is digits alone.
func formStampless(value string) bool {
	return strings.IndexFunc(value, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// ending is the ending of a file's name where it is one of a kind that is taken.
func ending(name string) string {
	for _, known := range []string{".pdf", ".png", ".jpg", ".jpeg", ".gif", ".txt"} {
		if strings.HasSuffix(strings.ToLower(name), known) {
			return known
		}
	}
	return ""
}

// other is what stands for a value that is not kept: words that say what kind it is of where the name tells, else
// something of the same form.
func (m *Masker) other(n *element, value string) string {
	name := strings.ToLower(n.name)
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(name, part) {
				return true
			}
		}
		return false
	}
	switch found := identity.Find(value); {
	case len(found) == 1 && found[0] == (identity.Span{End: len(value)}):
		return m.standIn(value)
	case has("birth"):
		return m.birthday(value)
	case strings.HasSuffix(name, "hsaid"):
		return m.same("hsaid", value, func(k int) string { return fmt.Sprintf("SE0000000001-MASK%d", k) })
	case has("email", "e-mail"):
		return m.same("email", value, func(k int) string { return mailLike(value, k) })
	case has("telecom", "phone", "mobile"):
		return m.same("phone", value, func(k int) string { return telephoneLike(value, k) })
	case strings.HasPrefix(name, "orgunitname"), name == "name",
		has("givenname", "surname", "familyname", "professionalname", "personname"):
		return m.same("name", value, func(k int) string { return nameLike(value, k) })
	case has("text", "description", "message", "comment", "note", "displayname", "faultstring", "detailstring"):
		return m.like(value)
	case has("address", "street", "location") && !has("logical"):
		return m.like(value)
	case formBoolean.MatchString(value), formNumber.MatchString(value):
		return value
	case formStamp.MatchString(value), formOID.MatchString(value), formHSAID.MatchString(value),
		formURN.MatchString(value):
		return m.Scrub(value)
	case !strings.ContainsAny(value, " \t\n") && shapeOf(value) != value && strings.ContainsAny(value, "0123456789") &&
		len(value) <= 40:
		return m.shaped(value)
	}
	return m.like(value)
}

// like is a text that stands for another.
func (m *Masker) like(value string) string {
	return m.same("text", value, func(k int) string { return textLike(value, k) })
}

// birthday is a day that stands for one of birth: the first of a year in which who was a child then was one too.
func (m *Masker) birthday(value string) string {
	year := "1950"
	if len(value) >= 4 && formStampless(value[:4]) && m.child(value[:4]+"0101") {
		year = strconv.Itoa(m.At.Year() - 8)
	}
	switch {
	case len(value) == 4:
		return year
	case len(value) == 6:
		return year + "01"
	case len(value) >= 10 && value[4] == '-':
		return year + "-01-01"
	}
	return year + "0101"
}

// beside tells whether the element, or one around it, has one beside it with a name and a form.
func (e *element) beside(name string, form *regexp.Regexp) bool {
	for ; e != nil; e = e.parent {
		if e.parent != nil && form.MatchString(e.parent.child(name)) {
			return true
		}
	}
	return false
}

// placeholder is a small file of a media type that holds nothing.
func placeholder(mediaType string) []byte {
	kind, _, _ := strings.Cut(mediaType, ";")
	var out bytes.Buffer
	var err error
	nothing := image.NewPaletted(image.Rect(0, 0, 1, 1), []color.Color{color.White})
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "application/pdf", "application/x-pdf":
		out.WriteString("%PDF-1.4\n%%EOF\n")
	case "image/png":
		err = png.Encode(&out, nothing)
	case "image/jpeg", "image/jpg":
		err = jpeg.Encode(&out, nothing, nil)
	case "image/gif":
		err = gif.Encode(&out, nothing, nil)
	}
	if err != nil || out.Len() == 0 {
		return []byte("Maskerad bilaga\n")
	}
	return out.Bytes()
}
