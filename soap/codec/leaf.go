package codec

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"rivgate/soap/guard"
)

// blanks is what XML calls white space.
const blanks = " \t\r\n"

// set reads text into v, a pointer to what is written as one text; scope is for the prefix of an xs:QName.
func (r *reader) set(v any, text string, scope map[string]string) {
	switch x := v.(type) {
	case *string:
		*x = text
		return
	case Enumeration:
		*x.XMLText() = text
		return
	case *Base64Binary:
		r.setBase64(x, text)
		return
	}
	text = strings.Trim(text, blanks)
	switch x := v.(type) {
	case asWritten:
		*x.written() = text
	case *QName:
		name, ok := resolveQName(scope, text)
		*x = QName{Space: name.Space, Local: name.Local}
		if !ok {
			r.refuse(guard.FactName, "")
		}
	default:
		if kind, ok := setScalar(v, text); !ok {
			r.refuse(guard.FactValue, kind)
		}
	}
}

// setScalar also says what kind of value v is.
func setScalar(v any, text string) (kind string, ok bool) {
	switch x := v.(type) {
	case *bool:
		*x = text == "true" || text == "1"
		return "bool", *x || text == "false" || text == "0"
	case *int8:
		return setSigned(x, text, 8)
	case *int16:
		return setSigned(x, text, 16)
	case *int32:
		return setSigned(x, text, 32)
	case *int64:
		return setSigned(x, text, 64)
	case *uint8:
		return setUnsigned(x, text, 8)
	case *uint16:
		return setUnsigned(x, text, 16)
	case *uint32:
		return setUnsigned(x, text, 32)
	case *uint64:
		return setUnsigned(x, text, 64)
	}
	return "text", false
}

func setSigned[T int8 | int16 | int32 | int64](v *T, text string, bits int) (kind string, ok bool) {
	n, err := strconv.ParseInt(text, 10, bits)
	*v = T(n)
	return "int" + strconv.Itoa(bits), err == nil
}

func setUnsigned[T uint8 | uint16 | uint32 | uint64](v *T, text string, bits int) (kind string, ok bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, bits)
	*v = T(n)
	return "uint" + strconv.Itoa(bits), err == nil
}

func (r *reader) setBase64(v *Base64Binary, text string) {
	text = strings.Map(func(c rune) rune {
		if strings.ContainsRune(blanks, c) {
			return -1
		}
		return c
	}, text)
	*v = nil
	if text == "" {
		return
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		r.refuse(guard.FactBase64, "")
		return
	}
	*v = decoded
}

// resolveQName is the value of an xs:QName.
func resolveQName(scope map[string]string, text string) (xml.Name, bool) {
	prefix, local, found := strings.Cut(text, ":")
	if !found {
		return xml.Name{Space: scope[""], Local: text}, true
	}
	space := scope[prefix]
	return xml.Name{Space: space, Local: local}, space != ""
}

// text is v, a pointer to what is written as one text, as it is written.
func (w *Writer) text(v any) string {
	switch x := v.(type) {
	case *string:
		return *x
	case Enumeration:
		return *x.XMLText()
	case asWritten:
		return *x.written()
	case *Base64Binary:
		return base64.StdEncoding.EncodeToString(*x)
	case *QName:
		return string(w.appendName(nil, x.Space, x.Local))
	case *bool:
		return strconv.FormatBool(*x)
	case *int8:
		return strconv.FormatInt(int64(*x), 10)
	case *int16:
		return strconv.FormatInt(int64(*x), 10)
	case *int32:
		return strconv.FormatInt(int64(*x), 10)
	case *int64:
		return strconv.FormatInt(*x, 10)
	case *uint8:
		return strconv.FormatUint(uint64(*x), 10)
	case *uint16:
		return strconv.FormatUint(uint64(*x), 10)
	case *uint32:
		return strconv.FormatUint(uint64(*x), 10)
	case *uint64:
		return strconv.FormatUint(*x, 10)
	}
	w.fail(fmt.Errorf("no XML form for %T", v))
	return ""
}
