package relay

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"rivgate/contracts"
	"rivgate/relay/outgoing"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/soap/signature"
)

// Signatures is how messages are signed, and whose signatures are believed. The zero value believes nobody and signs
// nothing: a route that asks for a signature then lets nothing through.
type Signatures struct {
	Verifier func() *signature.Verifier // asked for each message, so that what is trusted can change; nil: nobody is
	Signer   func() *signature.Signer   // nil, or a nil result: there is no key
	// certificates that a sender may sign with, by its HSA-id in upper case; a sender that is not here signs with its own
	Pins map[string][][32]byte
	SHA1 []string // HSA-ids of senders whose SHA-1 is taken, by exception
}

// judges tells whether a WS-Security header for us is judged here, so that mustUnderstand on it is not refused at once.
func (s *Signatures) judges() bool { return s.Verifier != nil }

// terms are what is asked of a sender's signature.
func (s *Signatures) terms(sender string) signature.Terms {
	return signature.Terms{
		Pins: s.Pins[routing.Fold(sender)],
		SHA1: slices.ContainsFunc(s.SHA1, func(id string) bool { return routing.SameHSAID(id, sender) }),
	}
}

// verify judges the signature of a message where its route requires one: the message must be signed by its sender, all
// of Body, the receiver and a Timestamp. What the signature stood in is taken out, for it was for us. Where none is
// required, a WS-Security header that must be understood is refused, but for calls that are only passed on. What was
// made here is not signed.
func (r *Relay) verify(a arrival, req *soap.Request, o *outcome) (*signature.Signed, error) {
	asked := o.Route.Signature
	if a.MadeHere {
		return nil, nil
	}
	if o.Route.Via == routing.Forward && (asked.Requires() || asked.Signs()) {
		if err := req.ProcessSecurity(); err != nil {
			return nil, readRefusal(err)
		}
	}
	if !asked.Requires() {
		return nil, readRefusal(req.RefuseSecurity())
	}
	if err := req.Keep(); err != nil {
		return nil, readRefusal(err)
	}
	signed, err := r.verifySignature(req, a.Sender)
	var refused *signature.Refusal
	if errors.As(err, &refused) {
		return nil, routing.NotSigned(signatureFault(refused.Code)).Because(refused)
	}
	return signed, readRefusal(err)
}

// verifySignature verifies that the sender signed a message. The error is a *signature.Refusal, or that of reading.
func (r *Relay) verifySignature(req *soap.Request, sender string) (*signature.Signed, error) {
	head, rest, err := req.Original()
	if err != nil {
		return nil, err
	}
	var verifier *signature.Verifier
	if r.Signatures.Verifier != nil {
		verifier = r.Signatures.Verifier()
	}
	if verifier == nil {
		verifier = &signature.Verifier{}
	}
	terms := r.Signatures.terms(sender)
	signed, err := verifier.Verify(signature.Message{Head: head, Rest: rest}, terms, r.Now())
	if err != nil || len(terms.Pins) > 0 {
		return signed, err
	}
	id, err := certificateHSAID(signed.Certificate, "")
	if err != nil {
		return nil, &signature.Refusal{
			Code: signature.OtherSender, Detail: "the signing certificate holds no HSA-id, and is not pinned", Cause: err,
		}
	}
	if !routing.SameHSAID(id, sender) {
		return nil, &signature.Refusal{
			Code: signature.OtherSender, Detail: "the signing certificate is another's than the sender's, and is not pinned",
		}
	}
	return signed, nil
}

// The fault codes of WS-Security 1.1, section 12, that a caller gets. They say no more than what it knows itself.
const (
	faultNoSecurity = "{" + signature.NamespaceSecurity + "}InvalidSecurity"
	faultExpired    = "{" + signature.NamespaceUtility + "}MessageExpired"
	faultFailed     = "{" + signature.NamespaceSecurity + "}FailedCheck"
)

// signatureFault is what the caller learns of a refusal: that there is no signature, that it is too old, or that it is
// not accepted.
func signatureFault(code signature.Code) (fault, detail string) {
	switch code {
	case signature.Missing:
		return faultNoSecurity, "The message must be signed by its sender (WS-Security, X.509), and is not."
	case signature.Expired:
		return faultExpired, "The message's Timestamp is too old or ahead of the gateway's clock."
	}
	return faultFailed, "The message's signature is not accepted."
}

// idempotent tells whether a message that comes twice does nothing the second time: complaints have their message id.
func (j *judgement) idempotent() bool { return j.Contract != nil && j.Contract.Complaints }

// notBefore refuses a signed call that came before, at this replica or another, for as long as its Timestamp would let
// it in again. A message of complaints may: it gets its first answer.
func (r *Relay) notBefore(ctx context.Context, j *judgement) error {
	if j.signed == nil || j.idempotent() {
		return nil
	}
	until := j.signed.Expires.Add(signature.DefaultSkew) // the clocks of replicas differ
	first, err := r.Store.NoteSignature(ctx, hex.EncodeToString(j.signed.ID[:]), until)
	if err != nil || first {
		return err
	}
	return routing.NotSigned(signatureFault(signature.Replayed)).Because(&signature.Refusal{
		Code: signature.Replayed, Detail: "the same signed message came before",
	})
}

// forgetUnsent returns err. Where it says that nothing was accepted or sent, the caller may come again with the same
// message.
func (r *Relay) forgetUnsent(ctx context.Context, j *judgement, err error) error {
	if err == nil || j.signed == nil || j.idempotent() {
		return err
	}
	var failed *soap.SendError
	if errors.As(err, &failed) && failed.Sent || j.Route.Via == routing.Forward && failed == nil {
		return err
	}
	if forgetting := r.Store.ForgetSignature(ctx, hex.EncodeToString(j.signed.ID[:])); forgetting != nil {
		return errors.Join(err, forgetting)
	}
	return err
}

// errNoKey is a route that asks for signing where there is no key.
var errNoKey = errors.New("signing: there is no key (signature.key of the configuration)")

// setMessage puts a message into p as the producer's profile has it, signed where its route asks for that.
func (r *Relay) setMessage(p *outgoing.Call, req *soap.Request, c *contracts.Contract) error {
	if !p.Route.Signature.Signs() {
		return p.SetMessage(req, c)
	}
	if r.Signatures.Signer == nil || r.Signatures.Signer() == nil {
		return errNoKey
	}
	head, rest, length, err := req.Sendable(outgoing.ReceiverHeader(p.Route.Profile, c))
	if err != nil {
		return err
	}
	if head, err = r.Signatures.Signer().Sign(signature.Message{Head: head, Rest: rest}, r.Now()); err != nil {
		return err
	}
	behind, err := rest()
	if err != nil {
		return err
	}
	if req.Complete {
		p.Body, err = io.ReadAll(io.MultiReader(bytes.NewReader(head), behind))
		return err
	}
	p.Stream = io.MultiReader(bytes.NewReader(head), behind)
	if length > 0 {
		p.Length = int64(len(head)) + length
	}
	return nil
}
