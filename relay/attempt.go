package relay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/relay/diagnosis"
	"rivgate/relay/outgoing"
	"rivgate/soap"
	"rivgate/store"
)

// attempt is the result of one try to deliver, with what only the schedule needs to know.
type attempt struct {
	store.Attempt
	RetryAfter time.Duration // the receiver's Retry-After
	connection connection
}

// connection is what an attempt says about its receiver, whatever it says about its message.
type connection int

const (
	noConnection     connection = iota // none was tried, or we broke it off ourselves
	failedConnection                   // there was no answer
	answered
)

// attempt sends the head of a lane to its receiver and says how that ended.
func (r *Relay) attempt(ctx context.Context, d store.Delivery) attempt {
	req, size, err := r.reopen(ctx, d.Message)
	defer func() { _ = req.Close() }() // nil or not: an unreadable one may have been spooled
	var bad *soap.Error
	if err != nil && !errors.As(err, &bad) { // the database did not give it to us
		return attempt{
			Attempt: store.Attempt{
				Outcome: store.OutcomeTechnical, Class: "store", Why: store.Diagnosis{Code: diagnosis.Database},
			},
		}
	}
	if err != nil { // it passed the guard when it was accepted
		return attempt{
			Attempt: store.Attempt{
				Outcome: store.OutcomeRefused, Class: "unreadable", Why: store.Diagnosis{Code: diagnosis.Stored},
			},
		}
	}
	p := outgoing.Call{
		Route: d.Message.Route, Call: d.Message.Call, SOAPAction: d.Message.SOAPAction, Correlation: d.Message.Correlation,
		Header: r.storedHeaders(d.Message), ReadAtMost: diagnosis.MostRead,
		Extra: time.Duration(size>>20) * largeTimePerMiB,
	}
	err = r.setMessage(&p, req, r.Contracts.Contract(d.Message.Call.Contract))
	if errors.Is(err, errNoKey) {
		return attempt{
			Attempt: store.Attempt{
				Outcome: store.OutcomeTechnical, Class: "unsigned",
				Why: store.Diagnosis{Code: diagnosis.NoKey},
			},
		}
	}
	if err != nil {
		return attempt{
			Attempt: store.Attempt{
				Outcome: store.OutcomeRefused, Class: "unreadable", Why: store.Diagnosis{Code: diagnosis.Stored},
			},
		}
	}
	answer, _, err := r.send(ctx, p, entry{route: entryQueue})
	if err != nil {
		return unsent(err)
	}
	out := r.judgeSafely(d, answer)
	out.Answer, out.connection = answer.Body, answered
	return out
}

// judgeSafely is judge for answers that nobody has thought of: one that makes it panic is recorded all the same, and
// leaves the outcome unknown.
func (r *Relay) judgeSafely(d store.Delivery, answer *soap.Reply) (out attempt) {
	defer func() {
		if p := recover(); p != nil {
			r.Log.Error("judging an answer", zap.String("message.id", d.Message.ID), zap.String("panic", fmt.Sprintf("%T", p)),
				zap.Stack("stack"))
			out = attempt{
				Attempt: store.Attempt{
					Outcome: store.OutcomeUnknown, Class: "unreadable answer", Why: store.Diagnosis{Code: diagnosis.Ours},
				},
			}
		}
	}()
	return r.judgeAnswer(d, answer)
}

// unsent classifies an attempt that got no answer: nothing was sent, or nobody knows what became of it.
func unsent(err error) attempt {
	out := attempt{
		Attempt:    store.Attempt{Outcome: store.OutcomeUnknown, Class: "no answer", Why: diagnosis.Unsent(err)},
		connection: failedConnection,
	}
	var failed *soap.SendError
	if errors.As(err, &failed) {
		out.Class = string(failed.Kind)
		switch failed.Kind {
		case soap.SendInvalid, soap.SendBroken, soap.SendCanceled:
			out.connection = noConnection
		case soap.SendTooLarge, soap.SendFailed:
			out.connection = answered
		}
		if !failed.Sent {
			out.Outcome = store.OutcomeTechnical
		}
	}
	return out
}

// judgeAnswer classifies an answer: a fault that is final and an ERROR that is not TECHNICAL_ERROR are for good, any
// other fault, an HTTP status and TECHNICAL_ERROR pass, OK and INFO are delivered. An answer on 200 that says nothing
// readable leaves the outcome unknown.
func (r *Relay) judgeAnswer(d store.Delivery, answer *soap.Reply) attempt {
	if fault, ok := answer.Fault(); ok {
		out := attempt{
			Attempt: store.Attempt{
				Outcome: store.OutcomeTechnical, Class: "fault-server", Code: diagnosis.PlatformCode(fault.String),
				Why: diagnosis.Refused(fault),
			},
		}
		if fault.Final() {
			out.Outcome, out.Class = store.OutcomeRefused, "fault-client"
		}
		return out
	}
	if answer.Status/100 != 2 {
		out := attempt{Attempt: store.Attempt{Outcome: store.OutcomeTechnical, Class: "http-" + strconv.Itoa(answer.Status)}}
		out.Why = diagnosis.Status(answer.Status)
		if answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable {
			out.RetryAfter = retryAfter(answer.Header, r.Now())
		}
		return out
	}
	c := r.Contracts.Contract(d.Message.Call.Contract)
	if c == nil || !c.Complaints {
		return attempt{Attempt: store.Attempt{Outcome: store.OutcomeDelivered, Class: "ok"}}
	}
	receipt, err := readReceipt(c, answer)
	if err != nil {
		return attempt{
			Attempt: store.Attempt{
				Outcome: store.OutcomeUnknown, Class: "unreadable answer", Why: diagnosis.Unread(answer, err),
			},
		}
	}
	return judgeResult(receipt)
}

// readReceipt reads the receipt in an answer. Of one that was too long to be read to its end, what stands before the
// cut counts, but an ERROR whose kind may stand behind it.
func readReceipt(c *contracts.Contract, answer *soap.Reply) (contracts.Receipt, error) {
	body, err := answer.UTF8()
	if err != nil {
		return contracts.Receipt{}, err
	}
	if answer.Truncated {
		body = soap.CloseTruncated(body)
	}
	receipt, err := c.ReadReceipt(body)
	if err == nil && answer.Truncated && receipt.Result.Code == contracts.ERROR && receipt.Result.ErrorCode == "" {
		err = diagnosis.ErrCut
	}
	return receipt, err
}

func judgeResult(receipt contracts.Receipt) attempt {
	out := store.Attempt{
		Outcome: store.OutcomeDelivered, Class: "ok", Case: ref(receipt.CaseID), External: ref(receipt.ExternalCaseID),
	}
	result := receipt.Result
	switch result.Code {
	case contracts.OK:
	case contracts.INFO:
		out.Class = "info"
	default:
		out.Outcome, out.Class, out.Why = store.OutcomeRefused, "result-error", diagnosis.Answered(result)
		switch result.ErrorCode {
		case contracts.TechnicalError:
			out.Outcome, out.Class = store.OutcomeTechnical, "result-technical"
		case contracts.ValidationError:
			out.Class = "result-validation"
		case contracts.ApplicationError:
			out.Class = "result-application"
		}
	}
	if contracts.KnownSubCode(result.SubCode) { // any other text is the receiver's own, and may hold anything
		out.Code = result.SubCode
	}
	return attempt{Attempt: out}
}

// retryAfter is the receiver's wish, in seconds or as a date; at most a day, so that no answer can stop a lane for
// good.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	var wait time.Duration
	if seconds, err := strconv.Atoi(value); err == nil {
		wait = time.Duration(min(seconds, 86400)) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), 24*time.Hour)
}
