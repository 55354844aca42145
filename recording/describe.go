package recording

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"strings"

	"rivgate/soap"
)

// ContentType is that of the request; "" where none is recorded.
func (e *Exchange) ContentType() string { return e.Header(RequestHeaders).Get("Content-Type") }

// contract is the namespace by which the request is routed.
func (e *Exchange) contract() string {
	const limit = 64 << 20
	request, err := soap.ReadRequest(bytes.NewReader(e.Part(Request)), e.ContentType(), soap.Limits{
		Message: limit, Whole: limit,
	})
	if err != nil {
		return ""
	}
	defer request.Release()
	return request.Contract
}

// OutcomeOf says in a word or two what a response is: the code of a fault, as "VP007" or "Client"; the code of a
// result, with its sub code, as "OK" or "ERROR TEXT_MISSING"; "response" for any other envelope, and "" for what is
// none.
func OutcomeOf(response []byte) string {
	if f, ok := soap.ReadFault(response); ok {
		code, _, _ := strings.Cut(f.String, " ")
		if len(code) == len("VP000") && strings.HasPrefix(code, "VP") {
			return code
		}
		return f.Code
	}
	var result struct {
		XMLName xml.Name
		Body    struct {
			Response struct {
				Result struct {
					Code    string `xml:"resultCode"`
					Error   string `xml:"errorCode"`
					SubCode string `xml:"subCode"`
				} `xml:"result"`
			} `xml:",any"`
		}
	}
	if xml.Unmarshal(response, &result) != nil || result.XMLName.Local != "Envelope" {
		return ""
	}
	of := result.Body.Response.Result
	return cmp.Or(strings.TrimSpace(of.Code+" "+cmp.Or(of.SubCode, of.Error)), "response")
}

func isFault(response []byte) bool {
	_, ok := soap.ReadFault(response)
	return ok
}
