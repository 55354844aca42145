//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	contract = "urn:riv:clinicalprocess:activity:actions:GetActivitiesResponder:1"
	sender   = "SE0000000001-1177"
	receiver = "SE0000000001-1234"
)

const (
	messageHead = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:reg="urn:riv:itintegration:registry:1" xmlns:act="` + contract + `">
  <soapenv:Header>
    <reg:LogicalAddress>` + receiver + `</reg:LogicalAddress>
  </soapenv:Header>
  <soapenv:Body>
    <act:GetActivities>
      <act:patientId><act:root>1.2.752.129.2.1.3.1</act:root><act:extension>189001019802</act:extension></act:patientId>
`
	messageTail = `    </act:GetActivities>
  </soapenv:Body>
</soapenv:Envelope>
`
	padOpen, padClose = "      <act:pad>", "</act:pad>\n"
)

// message is a request of exactly so many bytes, full of short elements as such messages are; no smaller than it can
// be.
func message(size int) []byte {
	var b bytes.Buffer
	b.WriteString(messageHead)
	room := size - len(messageTail) - len(padOpen+padClose)
	seed := uint64(7)
	for i := 1; ; i++ {
		seed = seed * 16807 % 2147483647 // varied enough not to be the same tag text for ever
		item := fmt.Sprintf("      <act:activity><act:id>%08x-%06d</act:id><act:careUnitId>SE%010d-%04d</act:careUnitId>"+
			"<act:note>Synpunkt %d: väntetid till återbesök för patient på mottagning %d.</act:note></act:activity>\n",
			seed, i, seed%9999999967, seed%9973, seed%89989, seed%613)
		if b.Len()+len(item) > room {
			break
		}
		b.WriteString(item)
	}
	b.WriteString(padOpen + strings.Repeat("0", max(0, room-b.Len())) + padClose + messageTail)
	return b.Bytes()
}

// request is the whole HTTP request with a message in it, as a trusted node of the gateway sends it.
func request(t *target, body []byte) []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nContent-Type: text/xml; "+
		"charset=UTF-8\r\nSOAPAction: \"%s:GetActivities\"\r\n"+
		"User-Agent: bench\r\nx-vp-sender-id: %s\r\nx-vp-instance-id: %s\r\n\r\n", t.path, t.host, len(body), contract,
		sender, instance)
	return append([]byte(head), body...)
}
