package routing

import "cmp"

// Code is an error code of the platform, "VP004".
type Code string

// The codes of SKLTP's VP, which clients and monitors know (platform behaviour, RIV-TA).
const (
	VP001 Code = "VP001" // reserved
	VP002 Code = "VP002" // client certificate missing, unreadable or without HSA-id
	VP003 Code = "VP003" // no receiver
	VP004 Code = "VP004" // no route
	VP005 Code = "VP005" // the route's profile is not supported
	VP006 Code = "VP006" // more than one route
	VP007 Code = "VP007" // no permission
	VP008 Code = "VP008" // no catalogue
	VP009 Code = "VP009" // the producer could not be reached or did not answer properly
	VP010 Code = "VP010" // the route has no address
	VP011 Code = "VP011" // plain HTTP from an address that is not trusted
	VP012 Code = "VP012" // internal error
	VP013 Code = "VP013" // may not set the original-consumer header
	VP014 Code = "VP014" // loop between platforms
	VP015 Code = "VP015" // not a proper SOAP 1.1 message
)

// Error is a refusal by the platform. It becomes a SOAP fault; Detail is shown to the caller, Cause only to the log.
type Error struct {
	Code   Code
	Detail string
	Trace  Trace
	Text   string // in place of the code's in faultstring; "" the code's
	SOAP   string // in place of the code's side in faultcode, as {namespace}name; "" the code's
	Cause  error
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return string(e.Code)
	}
	return string(e.Code) + " " + e.Detail
}

func (e *Error) Unwrap() error { return e.Cause }

// Fault is e as the platform says it on the wire: the SOAP fault code without prefix ("Client", "Server"), the
// faultstring "VPnnn [instance name] text", and the detailString, "" where there is to be none.
func (e *Error) Fault(instanceName string) (code, faultstring, detail string) {
	detail = e.Detail
	if e.Code == VP012 || e.Code == VP014 {
		detail = "" // nothing internal leaves the house
	}
	text := string(e.Code) + " [" + instanceName + "] " + cmp.Or(e.Text, e.Code.Text())
	return cmp.Or(e.SOAP, e.Code.Side()), text, detail
}

// Because is a copy of e with the cause that the log is to show. The caller never sees it.
func (e *Error) Because(cause error) *Error {
	with := *e
	with.Cause = cause
	return &with
}

// Side is "Client" or "Server", the SOAP fault code of c. VP007 is on the Server's side, as in VP.
func (c Code) Side() string {
	switch c {
	case VP001, VP002, VP003, VP004, VP005, VP011, VP013, VP015:
		return "Client"
	}
	return "Server"
}

// Text is the Swedish text of c that follows "VPnnn [instance] " in faultstring.
func (c Code) Text() string {
	switch c {
	case VP001:
		return "Anropet säger inte vilken RIV-TA-profil det följer."
	case VP002:
		return "Avsändaren kunde inte fastställas ur klientcertifikatet."
	case VP003:
		return "Logisk adressat saknas i anropets SOAP-huvud."
	case VP004:
		return "Det finns inget vägval för den logiska adressaten och tjänstekontraktet i dag."
	case VP005:
		return "Vägvalet för den logiska adressaten har en RIV-TA-profil som inte stöds."
	case VP006:
		return "Adresseringskatalogen har flera vägval för den logiska adressaten samma dag."
	case VP007:
		return "Avsändaren saknar anropsbehörighet till den logiska adressaten för tjänstekontraktet."
	case VP008:
		return "Plattformen har ingen adresseringskatalog just nu. Försök igen senare."
	case VP009:
		return "Tjänsteproducenten kunde inte nås eller gav inget giltigt svar."
	case VP010:
		return "Vägvalet saknar anropsadress i adresseringskatalogen."
	case VP011:
		return "Anrop utan TLS tas bara emot från betrodda adresser."
	case VP013:
		return "Avsändaren får inte ange ursprunglig tjänstekonsument."
	case VP014:
		return "Anropet har redan passerat den här plattformen och skulle gå runt."
	case VP015:
		return "Anropet är inte ett korrekt SOAP 1.1-meddelande."
	}
	return "Ett internt fel uppstod i plattformen. Ange korrelations-id vid felanmälan."
}
