package soap

import "rivgate/soap/guard"

// What the guard says of a message is part of what this package says.
type (
	// Error is a refusal by the guard or the reader.
	Error = guard.Error
	// Kind says what is wrong with a message that is refused before anybody looked at its contract.
	Kind = guard.Kind
	// Fact is what decoding, or the unpacking of an answer, found wrong.
	Fact = guard.Fact
	// Condensing says how a message is to be condensed.
	Condensing = guard.Condensing
	// Condensed is a message without the text of its files.
	Condensed = guard.Condensed
	// File is what is known of a file whose base64 text was not kept.
	File = guard.File
)

// The kinds of Error.
const (
	Malformed       = guard.Malformed
	NoReceiver      = guard.NoReceiver
	VersionMismatch = guard.VersionMismatch
	TooLarge        = guard.TooLarge
	Unsupported     = guard.Unsupported
	NotUnderstood   = guard.NotUnderstood
	Interrupted     = guard.Interrupted
)

// Namespaces of the wire.
const (
	NamespaceEnvelope   = guard.NamespaceEnvelope
	NamespaceEnvelope12 = guard.NamespaceEnvelope12
	NamespaceAddressing = guard.NamespaceAddressing
	NamespaceRegistry   = guard.NamespaceRegistry
)

// The two RIV-TA basic profiles, which differ in the header that names the receiver.
const (
	RIVTABP20 = guard.RIVTABP20
	RIVTABP21 = guard.RIVTABP21
)

// The facts that callers tell apart.
const (
	FactNoEnvelope   = guard.FactNoEnvelope
	FactEndsEarly    = guard.FactEndsEarly
	FactCharset      = guard.FactCharset
	FactOtherElement = guard.FactOtherElement
)

// Facts are all of them, in no order.
func Facts() []Fact { return guard.Facts() }
