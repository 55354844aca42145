package contracts

import (
	"errors"
	"strconv"
	"strings"
)

// CodeOf is the RIV-TA error code that a sub code belongs to; "" for OUT_OF_ORDER, which is no error, and for one that
// is not among them.
func CodeOf(subCode string) string {
	switch subCode {
	case SubSchema, SubDuplicateContentMismatch, SubRecipientMismatch, SubPlaceTextNotAllowed, SubClassificationMissing,
		SubTextMissing, SubFieldMissing, SubUnknownCode, SubIdentityOIDMismatch, SubIdentityCheckDigit, SubAttachmentTooLarge,
		SubAttachmentType, SubDateOutOfRange, SubTooMany, SubIncidentUnitNotAllowed:
		return ValidationError
	case SubUnknownCase, SubCaseClosed, SubNotCurrentHandler, SubNoOpenQuestion, SubAuthorNotAllowed,
		SubAttachmentNotAllowed,
		SubRegionNotActive:
		return ApplicationError
	}
	return ""
}

func refuse(subCode, path, message string) *Error {
	return &Error{Code: CodeOf(subCode), SubCode: subCode, Path: path, Message: message}
}

// Result is the refusal as it stands in the contract's response. No other function turns an Error into a result. The
// text ends with the path and the position, when they are known.
func (e *Error) Result(logID string) Result {
	text := e.Message
	where := e.Path
	if e.Line > 0 {
		if where != "" {
			where += ", "
		}
		where += "rad " + strconv.Itoa(e.Line) + ", tecken " + strconv.Itoa(e.Column)
	}
	if where != "" {
		text += " (" + where + ")"
	}
	return Result{Code: ERROR, ErrorCode: e.Code, SubCode: e.SubCode, LogID: logID, Message: text}
}

// Accepted is the result of a message that was taken.
func Accepted(logID string) Result { return Result{Code: OK, LogID: logID} }

// OutOfOrder is the result of a message that was taken although its sequence number leaves a gap: INFO, no error.
func OutOfOrder(logID string) Result {
	return Result{
		Code: INFO, SubCode: SubOutOfOrder, LogID: logID,
		Message: "Meddelandet är mottaget, men ett tidigare meddelande i " +
			"ärendet saknas. Skicka det som saknas; sekvensnumren ska följa på varandra.",
	}
}

// DuplicateContentMismatch refuses a message id that was used before with other content.
func DuplicateContentMismatch() *Error {
	return refuse(SubDuplicateContentMismatch, "messageId",
		"Meddelandets id har redan använts för ett annat innehåll. Ge ett nytt "+
			"meddelande ett nytt id, och ändra ingenting när ett meddelande skickas om.")
}

// RecipientMismatch refuses a recipient that differs from the logical address.
func RecipientMismatch() *Error {
	return refuse(SubRecipientMismatch, "recipient/unit/orgUnitHSAId",
		"Mottagaren i meddelandet är en annan än den logiska adressen, och "+
			"de leder inte till samma system. Adressera meddelandet till mottagaren.")
}

// UnknownCase refuses a message about a case that is not known here.
func UnknownCase() *Error {
	return refuse(SubUnknownCase, "caseId",
		"Ärendet finns inte här. Kontrollera ärendets id och att meddelandet går till rätt mottagare.")
}

// CaseClosed refuses a message about a closed case.
func CaseClosed() *Error {
	return refuse(SubCaseClosed, "caseId",
		"Ärendet är avslutat. Bara en rättelse av klassificeringen (CORRECTION) kan tas emot.")
}

// NotCurrentHandler refuses an update from anybody but the unit that has the case now.
func NotCurrentHandler() *Error {
	return refuse(SubNotCurrentHandler, "handlingUnit/orgUnitHSAId",
		"Enheten handlägger inte ärendet nu. Bara den enhet som har ärendet, "+
			"genom sitt eget system, får svara i det.")
}

// NoOpenQuestion refuses an answer when the question is not open or does not exist.
func NoOpenQuestion() *Error {
	return refuse(SubNoOpenQuestion, "answer/inReplyTo",
		"Svaret hör inte till någon öppen fråga i ärendet. Ange id för den fråga som "+
			"besvaras; en fråga kan besvaras en gång.")
}

// AuthorNotAllowed refuses an answer by somebody who is neither the case's reporter nor its patient.
func AuthorNotAllowed() *Error {
	return refuse(SubAuthorNotAllowed, "answer/author",
		"Svaret är inte skrivet av den som anmäler i ärendet nu. Bara anmälaren eller ett ombud som har tagit över "+
			"ärendet svarar i det.")
}

// SupplementNotTaken refuses a supplement or a withdrawal for a unit whose system only knows version 1.0 of the
// contract: that system would read it as an answer without a question.
func SupplementNotTaken() *Error {
	return refuse(SubNoOpenQuestion, "answer",
		"Enhetens system tar inte emot tillägg och återtaganden (version 1.1), och ingen öppen fråga besvaras.")
}

// SupplementTooLate refuses a supplement to a case that has been closed for too long.
func SupplementTooLate() *Error {
	return refuse(SubCaseClosed, "supplement",
		"Ärendet är avslutat, och tiden för att lägga till något är ute. Skicka ett nytt ärende.")
}

// AttachmentNotAllowed refuses files where the case does not take any.
func AttachmentNotAllowed() *Error {
	return refuse(SubAttachmentNotAllowed, "attachment", "Ärendet tar inte emot bilagor. Skicka meddelandet utan bilagor.")
}

// RegionNotActive refuses a case for a region without a registered patient board.
func RegionNotActive() *Error {
	return refuse(SubRegionNotActive, "recipient/unit/orgUnitHSAId",
		"Mottagarens region är inte ansluten: dess patientnämnd är inte "+
			"registrerad. Skicka ärendet när regionen är ansluten.")
}

// FieldMissing refuses a message that lacks what its kind or a role makes mandatory. remedy is a whole Swedish
// sentence.
func FieldMissing(path, remedy string) *Error {
	return refuse(SubFieldMissing, path, "En uppgift saknas. "+remedy)
}

// TextMissing refuses a message without the text that its kind demands.
func TextMissing(path, remedy string) *Error {
	return refuse(SubTextMissing, path, "Texten saknas. "+remedy)
}

// ClassificationMissing refuses a close without a complete classification.
func ClassificationMissing(path, remedy string) *Error {
	return refuse(SubClassificationMissing, path, "Klassificeringen saknas eller är ofullständig. "+remedy)
}

// NotAllowed refuses an element that the schema allows but the contract forbids in this kind of message. Its sub code
// is SCHEMA.
func NotAllowed(path, remedy string) *Error {
	return refuse(SubSchema, path, "En uppgift hör inte hemma i den här typen av meddelande. "+remedy)
}

// IncidentUnitNotAllowed refuses a correction of the unit where it happened by anybody but a patient board.
func IncidentUnitNotAllowed() *Error {
	return refuse(SubIncidentUnitNotAllowed, "classification/incidentUnit",
		"Bara en patientnämnd rättar den enhet där det hände. Utelämna "+
			"uppgiften.")
}

// NoWayToRecipient refuses a case passed on to a unit that no route leads to.
func NoWayToRecipient() *Error {
	return refuse(SubRecipientMismatch, "newRecipient/orgUnitHSAId",
		"Ärendet kan inte lämnas till den enheten: den har inget vägval i dag. "+
			"Ange en ansluten enhet.")
}

// NobodyToAsk refuses a question in a case that nobody reads: its reporter has no mailbox at 1177, and no code.
func NobodyToAsk() *Error {
	return NotAllowed("update/updateType",
		"Anmälaren har varken brevlåda i 1177 eller kod, och kan inte svara på en fråga.")
}

// OnlyInInbox refuses a case without the reporter's number for a unit whose cases are handled in another system. That
// system could not tell such reporters apart, and 1177 has no mailbox for them.
func OnlyInInbox(path string) *Error {
	return refuse(SubRecipientMismatch, path,
		"Anmälaren har inget nummer. Ett sådant ärende kan bara hanteras i inkorgen, och lämnas inte till ett externt "+
			"system. Ange en enhet som har inkorgen.")
}

// OnlyReporterUnnumbered refuses a patient whose identity says that a reporter gave no number: it names a reporter and
// one case alone, and would leave to systems that take it for a person's.
func OnlyReporterUnnumbered(path string) *Error {
	return refuse(SubIdentityOIDMismatch, path,
		"Identiteten är en anmälares som inte gav sitt nummer, och kan inte vara patientens. Utelämna den.")
}

// UnnumberedTaken refuses a new case whose reporter gave no number and has the identity of another case.
func UnnumberedTaken() *Error {
	return refuse(SubIdentityOIDMismatch, "complaint/reporter/personId",
		"Ett annat ärende har den identiteten. En anmälare utan nummer får en ny identitet i varje ärende.")
}

// NotWithNumber refuses a patient's number in a case whose reporter gave no number: such a case must never be linked to
// a person.
func NotWithNumber(path string) *Error {
	return refuse(SubIdentityOIDMismatch, path,
		"Anmälaren har inget nummer. Då kan ärendet inte heller ha patientens nummer. Utelämna det.")
}

// KnownSubCode tells whether a sub code is one of the contracts'.
func KnownSubCode(subCode string) bool { return subCode == SubOutOfOrder || CodeOf(subCode) != "" }

// CaseExists refuses a new case with the id of a case that exists already.
func CaseExists() *Error {
	return refuse(SubDuplicateContentMismatch, "caseId",
		"Ärendets id finns redan, från ett annat meddelande. Ge ett nytt ärende ett nytt id, "+
			"och skicka om ett meddelande med dess eget id.")
}

// WrongKind refuses a recipient whose kind is not the unit's.
func WrongKind() *Error {
	return refuse(SubRecipientMismatch, "recipient/kind",
		"Mottagaren är av ett annat slag än det som anges: en patientnämnd är ingen "+
			"mottagning. Rätta mottagarens slag.")
}

// In is e with the request element put before its path, so that the path begins as those of the schema and the rules
// do.
func (e *Error) In(root string) *Error {
	if e.Path == "" || e.Path == root || strings.HasPrefix(e.Path, root+"/") {
		return e
	}
	placed := *e
	placed.Path = root + "/" + e.Path
	return &placed
}

// At is err with another path: the same error, found at another element. An err that is no *Error is returned as it is.
func At(err error, path string) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	placed := *e
	placed.Path = path
	return &placed
}
