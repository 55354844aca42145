package tak

import (
	"maps"

	"rivgate/routing"
)

// why makes a fact of Unreadable. A test finds every code in the sources by this function's name.
func why(code string, values ...string) routing.Fact { return routing.NewFact(code, values...) }

// UnreadableWords are the codes of Unreadable, each with its words in English.
func UnreadableWords() map[string]string { return maps.Clone(unreadableWords) }

var unreadableWords = map[string]string{
	"reading-catalogue": "reading the catalogue",
	"reading-copy":      "reading the saved copy",
	"reading-units":     "reading the units file",
	"reading-hsa-file":  "reading HSA file {1}",
	"saving-copy":       "saving the copy of the catalogue",
	"asking":            "{1}",

	"file-missing":    "the file does not exist",
	"file-forbidden":  "the file may not be opened by this user",
	"file-unusable":   "the file cannot be read or written",
	"tak-slow":        "time ran out before the answer was complete",
	"tak-no-url":      "the address of the TAK is no URL",
	"tak-status":      "the TAK answered with HTTP status {1}",
	"tak-not-trusted": "the TAK's certificate is not trusted: look at producer.tls.ca, the host name and its last day",
	"tak-refused":     "the TAK refused the TLS handshake: look at producer.tls.certificate",
	"tak-silent":      "the TAK did not answer in time",
	"tak-unreachable": "the TAK could not be reached",
	"interrupted":     "it was broken off",
}
