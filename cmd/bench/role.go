//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The roles that this program plays in processes of their own. Each prints its address in the first line.
const (
	roleUpstream = "upstream"
	roleProxy    = "proxy"
)

func role(name string, arguments []string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String() + "/")
	handler := http.Handler(upstream())
	if name == roleProxy {
		target, err := url.Parse(arguments[0])
		if err != nil {
			return err
		}
		handler = bareProxy(target)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}

// bareProxy is httputil.ReverseProxy with nothing around it but connections that it keeps: with the two for each host
// that http.Transport keeps by default, it would be no measure for anything.
func bareProxy(target *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024, DisableCompression: true},
	}
}

const (
	answerHead = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">
  <soapenv:Body>
    <r:GetActivitiesResponse xmlns:r="` + contract + `">
      <r:result><r:resultCode>OK</r:resultCode><r:resultText>`
	answerTail = `</r:resultText></r:result>
    </r:GetActivitiesResponse>
  </soapenv:Body>
</soapenv:Envelope>
`
	answerSize = 1 << 10
)

// upstream reads a POST to its end and answers one SOAP response of 1 KB.
func upstream() http.HandlerFunc {
	answer := answerHead + strings.Repeat("x", answerSize-len(answerHead)-len(answerTail)) + answerTail
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = io.WriteString(w, answer)
	}
}
