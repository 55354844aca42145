package routing

// Signature says what a route asks of message signatures (WS-Security).
type Signature string

// The values of Signature. None is also written "none".
const (
	SignatureNone    Signature = ""        // nothing is signed, and no signature is looked at
	SignatureSign    Signature = "sign"    // what is sent on is signed by us
	SignatureRequire Signature = "require" // what comes must be signed by its sender
	SignatureBoth    Signature = "both"
)

const signatureNoneWritten = "none"

// SignaturesInWords names the values of Signature for messages.
const SignaturesInWords = signatureNoneWritten + ", " + string(SignatureSign) + ", " + string(SignatureRequire) +
	" or " + string(SignatureBoth)

// Signatures are all values, as they are written.
func Signatures() []Signature {
	return []Signature{signatureNoneWritten, SignatureSign, SignatureRequire, SignatureBoth}
}

// SignatureOf is the value that was written: "none" is SignatureNone. What is unknown stays as it is.
func SignatureOf(written string) Signature {
	if written == signatureNoneWritten {
		return SignatureNone
	}
	return Signature(written)
}

// Known tells whether s is one of the values.
func (s Signature) Known() bool {
	switch s {
	case SignatureNone, SignatureSign, SignatureRequire, SignatureBoth:
		return true
	}
	return false
}

// Signs tells whether what is sent on is to be signed.
func (s Signature) Signs() bool { return s == SignatureSign || s == SignatureBoth }

// Requires tells whether what comes must be signed. A value that is not known does: nothing is let through by mistake.
func (s Signature) Requires() bool { return s == SignatureRequire || s == SignatureBoth || !s.Known() }

// Word is s as it is written in a catalogue.
func (s Signature) Word() string {
	if s == SignatureNone {
		return signatureNoneWritten
	}
	return string(s)
}

// Suffix is the end of a route's words: ", signature require"; "" for none.
func (s Signature) Suffix() string {
	if s == SignatureNone {
		return ""
	}
	return ", signature " + string(s)
}
