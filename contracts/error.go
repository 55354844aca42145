package contracts

import "errors"

// Error codes of RIV-TA's ResultType.
const (
	ValidationError  = "VALIDATION_ERROR"  // never retried
	ApplicationError = "APPLICATION_ERROR" // not retried automatically
	TechnicalError   = "TECHNICAL_ERROR"   // retried
)

// Sub codes, each with the error code that it belongs to.
const (
	SubSchema                   = "SCHEMA"                     // VALIDATION_ERROR
	SubDuplicateContentMismatch = "DUPLICATE_CONTENT_MISMATCH" // VALIDATION_ERROR
	SubRecipientMismatch        = "RECIPIENT_MISMATCH"         // VALIDATION_ERROR
	SubPlaceTextNotAllowed      = "PLACE_TEXT_NOT_ALLOWED"     // VALIDATION_ERROR
	SubClassificationMissing    = "CLASSIFICATION_MISSING"     // VALIDATION_ERROR
	SubTextMissing              = "TEXT_MISSING"               // VALIDATION_ERROR
	SubFieldMissing             = "FIELD_MISSING"              // VALIDATION_ERROR
	SubUnknownCode              = "UNKNOWN_CODE"               // VALIDATION_ERROR
	SubIdentityOIDMismatch      = "IDENTITY_OID_MISMATCH"      // VALIDATION_ERROR
	SubIdentityCheckDigit       = "IDENTITY_CHECK_DIGIT"       // VALIDATION_ERROR
	SubAttachmentTooLarge       = "ATTACHMENT_TOO_LARGE"       // VALIDATION_ERROR
	SubAttachmentType           = "ATTACHMENT_TYPE"            // VALIDATION_ERROR
	SubDateOutOfRange           = "DATE_OUT_OF_RANGE"          // VALIDATION_ERROR
	SubTooMany                  = "TOO_MANY"                   // VALIDATION_ERROR
	SubIncidentUnitNotAllowed   = "INCIDENT_UNIT_NOT_ALLOWED"  // VALIDATION_ERROR
	SubUnknownCase              = "UNKNOWN_CASE"               // APPLICATION_ERROR
	SubCaseClosed               = "CASE_CLOSED"                // APPLICATION_ERROR
	SubNotCurrentHandler        = "NOT_CURRENT_HANDLER"        // APPLICATION_ERROR
	SubNoOpenQuestion           = "NO_OPEN_QUESTION"           // APPLICATION_ERROR
	SubAuthorNotAllowed         = "AUTHOR_NOT_ALLOWED"         // APPLICATION_ERROR
	SubAttachmentNotAllowed     = "ATTACHMENT_NOT_ALLOWED"     // APPLICATION_ERROR
	SubRegionNotActive          = "REGION_NOT_ACTIVE"          // APPLICATION_ERROR
	SubOutOfOrder               = "OUT_OF_ORDER"               // no error: result INFO
)

// Error is a refusal by the contract. It becomes a result with ERROR in the contract's own response element.
//
// Path names the place in the message by element names of the schema joined by "/", never by a value. It begins with
// the request element; only refusals that need more than the message itself (UnknownCase and others of refusal.go) have
// a path without it.
type Error struct {
	Code    string // ValidationError, ApplicationError or TechnicalError
	SubCode string
	Message string // Swedish; never content
	Path    string
	Class   SchemaClass // of an offence against the schema
	Line    int         // 1-based; 0 unknown
	Column  int
	Cause   error
}

func (e *Error) Error() string { return e.SubCode + " " + e.Path + ": " + e.Message }

func (e *Error) Unwrap() error { return e.Cause }

var (
	errNoModel = errors.New("reading message: the contract has no canonical model")
	errOther   = errors.New("reading message: it belongs to the other complaints contract")
)
