package relay_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rivgate/contracts"
)

// The recordings are the specification, so nothing may be missing in them: each code that a caller can see is in an answer.
func TestEveryCodeHasARecording(t *testing.T) {
	var answers []string
	files, err := filepath.Glob(filepath.Join("..", "testdata", "recordings", "*", "*"+answerFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, string(text))
	}
	recorded := func(parts ...string) bool {
		for _, answer := range answers {
			all := true
			for _, part := range parts {
				all = all && strings.Contains(answer, part)
			}
			if all {
				return true
			}
		}
		return false
	}
	if recorded("<faultstring>VP001 ") {
		t.Error("VP001 is reserved, and yet it is answered")
	}
	for n := 2; n <= 15; n++ {
		if code := fmt.Sprintf("VP%03d", n); !recorded("<faultstring>" + code + " [NTjP Develop] ") {
			t.Errorf("%s is not recorded", code)
		}
	}
	for subCode, of := range subCodes() {
		for _, element := range of {
			if !recorded("subCode>"+subCode+"<", element) {
				t.Errorf("%s is not recorded in a %s", subCode, element)
			}
		}
	}
}

// subCodes are all sub codes, with the responses that they can stand in.
func subCodes() map[string][]string {
	const send, ret = "SendComplaintResponse", "ReturnComplaintResponse"
	both := []string{send, ret}
	return map[string][]string{
		contracts.SubSchema: both, contracts.SubDuplicateContentMismatch: both, contracts.SubRecipientMismatch: both, contracts.SubPlaceTextNotAllowed: both,
		contracts.SubClassificationMissing: {ret}, contracts.SubTextMissing: both, contracts.SubFieldMissing: both, contracts.SubUnknownCode: both,
		contracts.SubIdentityOIDMismatch: both, contracts.SubIdentityCheckDigit: both, contracts.SubAttachmentTooLarge: both, contracts.SubAttachmentType: both,
		contracts.SubUnknownCase: both, contracts.SubCaseClosed: both, contracts.SubNotCurrentHandler: {ret}, contracts.SubNoOpenQuestion: {send},
		contracts.SubAttachmentNotAllowed: both, contracts.SubRegionNotActive: both, contracts.SubOutOfOrder: both,
	}
}
