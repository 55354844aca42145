package recording

import (
	"net/http"
	"strconv"
	"strings"
)

// testHeader begins the names of lines that are no headers but say how the project's own tests play an exchange.
const testHeader = "Test-"

// Header are the headers of a request or of a response, RequestHeaders or ResponseHeaders. The first line, where it is
// that of a request or a status, is none; nor are lines for the project's tests.
func (e *Exchange) Header(part string) http.Header {
	h := http.Header{}
	for line := range strings.Lines(string(e.Part(part))) {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !ok || name == "" || strings.Contains(name, " ") ||
			strings.HasPrefix(name, testHeader) {
			continue
		}
		h.Add(name, strings.TrimSpace(value))
	}
	return h
}

// Target is the path, and the query, that the request was posted to; "" where that is not recorded.
func (e *Exchange) Target() string {
	line, _, _ := strings.Cut(string(e.Part(RequestHeaders)), "\n")
	if words := strings.Fields(line); len(words) == 3 && words[0] == http.MethodPost &&
		strings.HasPrefix(words[2], "HTTP/") {
		return words[1]
	}
	return ""
}

// Status is the status of the response: of its first line, else of a Test-Status, else 500 for a fault and 200 for any
// other; 0 where no response is recorded.
func (e *Exchange) Status() int {
	line, _, _ := strings.Cut(string(e.Part(ResponseHeaders)), "\n")
	if words := strings.Fields(line); len(words) > 1 && strings.HasPrefix(words[0], "HTTP/") {
		if status, err := strconv.Atoi(words[1]); err == nil {
			return status
		}
	}
	for line := range strings.Lines(string(e.Part(RequestHeaders))) {
		if value, ok := strings.CutPrefix(line, testHeader+"Status:"); ok {
			if status, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
				return status
			}
		}
	}
	switch {
	case e.Part(Response) == nil:
		return 0
	case isFault(e.Part(Response)):
		return http.StatusInternalServerError
	}
	return http.StatusOK
}
