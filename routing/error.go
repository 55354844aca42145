package routing

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
	Cause  error
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return string(e.Code)
	}
	return string(e.Code) + " " + e.Detail
}

func (e *Error) Unwrap() error { return e.Cause }

// Side is "Client" or "Server", the SOAP fault code of c. VP007 is on the Server's side, as in VP.
func (c Code) Side() string { panic("unbuilt") }

// Text is the Swedish text of c that follows "VPnnn [instance] " in faultstring.
func (c Code) Text() string { panic("unbuilt") }
