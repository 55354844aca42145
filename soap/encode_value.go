package soap

import (
	"encoding/base64"
	"encoding/xml"
	"reflect"
	"strconv"
	"strings"

	"rivgate/soap/guard"
)

// set reads text into v, a leaf; scope is for the prefix of an xs:QName.
func (d *decoder) set(v reflect.Value, text string, scope map[string]string) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if v.Kind() == reflect.String {
		if lexical(v.Type()) {
			text = strings.Trim(text, " \t\r\n")
		}
		v.SetString(text)
		return nil
	}
	trimmed := strings.Trim(text, " \t\r\n")
	switch x := v.Addr().Interface().(type) {
	case *Base64Binary:
		return d.base64(x, text)
	case *QName:
		name, ok := resolveQName(scope, trimmed)
		*x = QName{Space: name.Space, Local: name.Local}
		if !ok {
			return d.refuse(guard.FactName, "")
		}
		return nil
	}
	if !setScalar(v, trimmed) {
		return d.refuse(guard.FactValue, v.Kind().String())
	}
	return nil
}

func setScalar(v reflect.Value, text string) bool {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(text == "true" || text == "1")
		return text == "true" || text == "1" || text == "false" || text == "0"
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(n)
		return err == nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, v.Type().Bits())
		v.SetUint(n)
		return err == nil
	}
	return false
}

func (d *decoder) base64(v *Base64Binary, text string) error {
	text = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, text)
	if text == "" {
		*v = nil
		return nil
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return d.refuse(guard.FactBase64, "")
	}
	*v = decoded
	return nil
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
