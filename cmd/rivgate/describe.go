package main

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// describe answers ?wsdl and ?xsd with the address that the caller used, or that a trusted proxy was asked by.
func (g *gateway) describe(w http.ResponseWriter, r *http.Request) {
	g.registry.Describe(w, r, g.asked(r)+g.config.SOAP.Path)
}

// asked is scheme, host and port that the caller used.
func (g *gateway) asked(r *http.Request) string {
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if g.fromProxy(r) {
		if p := strings.ToLower(forwarded(r.Header, "Proto")); p == "http" || p == "https" {
			scheme = p
		}
		if h := forwarded(r.Header, "Host"); h != "" && !strings.ContainsAny(h, "/?#@, ") {
			host = h
		}
		host = withPort(scheme, host, forwarded(r.Header, "Port"))
	}
	return scheme + "://" + host
}

// forwarded is what a proxy says of the request that it got: in the header that SKLTP's VP reads, else in the usual
// one.
func forwarded(h http.Header, what string) string {
	if value := strings.TrimSpace(h.Get("X-Vp-Forwarded-" + what)); value != "" {
		return value
	}
	return strings.TrimSpace(h.Get("X-Forwarded-" + what))
}

// withPort gives host another port, unless that is none. The scheme's own port is left out.
func withPort(scheme, host, port string) string {
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return host
	}
	name := strings.Trim(host, "[]")
	if before, _, err := net.SplitHostPort(host); err == nil {
		name = before
	}
	if scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		if strings.Contains(name, ":") {
			return "[" + name + "]"
		}
		return name
	}
	return net.JoinHostPort(name, port)
}
