package inferred

import (
	"fmt"
	"strings"

	"rivgate/contracts"
	wire "rivgate/contracts/inferred/complaintsandfeedback"
	"rivgate/soap"
	"rivgate/soap/guard"
)

// WriteReceipt is the response envelope of op for r. The same r gives the same bytes. A field that the response of op
// has no element for is left out.
func (Pack) WriteReceipt(op soap.Operation, r contracts.Receipt) ([]byte, error) {
	switch op.Name {
	case sendComplaint:
		return soap.EncodeResponse(op, writeSendReceipt(r))
	case returnComplaint:
		return soap.EncodeResponse(op, writeReturnReceipt(r))
	}
	return nil, fmt.Errorf("writing receipt: %s is no operation of the pack", op.Name)
}

func writeSendReceipt(r contracts.Receipt) *wire.SendComplaintResponseType {
	return &wire.SendComplaintResponseType{
		Result:         writeResult(r.Result),
		ExternalCaseID: writeIIs(r.ExternalCaseID),
		ReceivedTime:   optional[string](r.ReceivedTime.Raw),
	}
}

func writeReturnReceipt(r contracts.Receipt) *wire.ReturnComplaintResponseType {
	return &wire.ReturnComplaintResponseType{Result: writeResult(r.Result), CaseID: writeIIs(r.CaseID)}
}

func writeResult(r contracts.Result) wire.ResultType {
	return wire.ResultType{
		ResultCode: wire.ResultCodeEnum(r.Code),
		ErrorCode:  optional[wire.ErrorCodeEnum](r.ErrorCode),
		LogID:      r.LogID,
		SubCode:    optional[string](r.SubCode),
		Message:    optional[string](r.Message),
	}
}

// ReadReceipt maps a response envelope of op. The error is a *soap.Fault where the envelope holds a fault, else about
// an envelope that is no response of op or has no result code: then the receiver has not said what became of the
// message.
func (Pack) ReadReceipt(op soap.Operation, envelope []byte) (contracts.Receipt, error) {
	var r contracts.Receipt
	switch op.Name {
	case sendComplaint:
		var v wire.SendComplaintResponseType
		if err := soap.DecodeResponse(op, envelope, &v); err != nil {
			return r, fmt.Errorf("reading receipt: %w", err)
		}
		r = readSendReceipt(&v)
	case returnComplaint:
		var v wire.ReturnComplaintResponseType
		if err := soap.DecodeResponse(op, envelope, &v); err != nil {
			return r, fmt.Errorf("reading receipt: %w", err)
		}
		r = readReturnReceipt(&v)
	default:
		return r, fmt.Errorf("reading receipt: %s is no operation of the pack", op.Name)
	}
	switch r.Result.Code {
	case contracts.OK, contracts.INFO, contracts.ERROR:
		return r, nil
	}
	return contracts.Receipt{},
		fmt.Errorf("reading receipt: %w", guard.NewFactError(badCode(r.Result.Code), op.Response.Local+"/result/resultCode"))
}

// badCode is what is wrong with a result code.
func badCode(code string) guard.Fact {
	switch strings.TrimSpace(code) {
	case "":
		return guard.FactMissing
	case contracts.OK, contracts.INFO, contracts.ERROR:
		return guard.FactBlanks
	}
	return guard.FactUnknownValue
}

func readSendReceipt(v *wire.SendComplaintResponseType) contracts.Receipt {
	r := contracts.Receipt{Result: readResult(v.Result), ExternalCaseID: readIIs(v.ExternalCaseID)}
	if v.ReceivedTime != nil {
		r.ReceivedTime = readStamp(*v.ReceivedTime)
	}
	return r
}

func readReturnReceipt(v *wire.ReturnComplaintResponseType) contracts.Receipt {
	return contracts.Receipt{Result: readResult(v.Result), CaseID: readIIs(v.CaseID)}
}

func readResult(v wire.ResultType) contracts.Result {
	return contracts.Result{
		Code:      string(v.ResultCode),
		ErrorCode: text(v.ErrorCode),
		SubCode:   text(v.SubCode),
		LogID:     v.LogID,
		Message:   text(v.Message),
	}
}
