using System.Text.Json.Nodes;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Turns;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

/// <summary>Which of several leaves with the same value a receipt points at.</summary>
public class SourceChoiceTests
{
    private static readonly Evidence History = Of(
        Call("find_customer", """{"count":5,"matches":[{"customer":"cus1","customer_name":"«Acme Robotics»","last_invoice":"ACME-0014","last_invoice_date":"2026-11-01"}]}"""),
        Call("get_payment_history", """{"customer":"cus1","customer_name":"«Acme Robotics»","unpaid":[{"invoice":"inv1","number":"ACME-0014","status":"open","remaining":"29.00 USD","failed_attempts":1}],"attempts":[{"charge":"ch1","date":"2026-11-01","amount":"29.00 USD","outcome":"declined","invoice_number":"ACME-0014"},{"charge":"ch2","date":"2026-10-01","amount":"29.00 USD","outcome":"succeeded","invoice_number":"ACME-0013"},{"charge":"ch3","date":"2026-09-01","amount":"29.00 USD","outcome":"succeeded","invoice_number":"ACME-0012"}]}"""),
        Call("search_policies", """{"policies":[{"title":"Dunning","section":"Declines","quote":"Leave it to the schedule for 5 days, then write."}],"tickets":[]}"""),
        Call("explain_invoice_change", """{"customer":"cus1","customer_name":"«Acme Robotics»","current":{"invoice":"inv4","number":"ACME-0020","date":"2026-12-01","total":"399.00 USD","remaining":"399.00 USD"},"previous":{"invoice":"inv5","number":"ACME-0019","date":"2026-11-01","total":"299.25 USD"},"difference":"99.75 USD","changes":[{"kind":"discount_ended","what":"«Welcome offer, 6 months»","amount":"99.75 USD"}]}"""));

    [Theory]
    [InlineData("Acme Robotics's payment of $29.00 on November 1, 2026 was declined (invoice ACME-0014).", "$29.00", "$.attempts[0].amount", "ch1")]
    [InlineData("Acme Robotics paid $29.00 on September 1, 2026.", "$29.00", "$.attempts[2].amount", "ch3")]
    [InlineData("- Invoice ACME-0014: $29.00 owed.", "$29.00", "$.unpaid[0].remaining", "inv1")]
    [InlineData("- Invoice ACME-0014: $29.00 owed.", "ACME-0014", "$.unpaid[0].number", "inv1")]
    [InlineData("Acme Robotics's invoice ACME-0020 of December 1, 2026 is $399.00.", "$399.00", "$.current.total", "inv4")]
    [InlineData("ACME-0020: $399.00 is still owed.", "$399.00", "$.current.remaining", "inv4")]
    [InlineData("It is $99.75 more than the one before it.", "$99.75", "$.difference", "cus1")]
    [InlineData("- $99.75 more: discount ended, “Welcome offer, 6 months”", "$99.75", "$.changes[0].amount", "cus1")]
    [InlineData("Policy: “Leave it to the schedule for 5 days, then write.”", "5", "$.policies[0].quote", null)]
    public void Check_SeveralLeavesOfAValue_TakesTheOneThatIsMeant(string text, string figure, string path, string? handle)
    {
        var source = GroundingCheck.Check(text, History).Backed.First(b => b.Figure.Text == figure).Source.ShouldNotBeNull();
        (source.Path, source.ObjectHandle).ShouldBe((path, handle));
    }

    [Fact]
    public void Receipts_NumberInsideAName_HasNone()
    {
        var report = GroundingCheck.Check("It was the “Welcome offer, 6 months”.", History);
        report.Unbacked.ShouldBeEmpty();
        AnswerWriter.Receipts(report, new HandleMap(), History).ShouldBeEmpty();
    }

    [Fact]
    public void DoneClaims_WordsOfAToolOrOfAQuotation_AreNoClaim()
    {
        var evidence = Of(Call("explain_invoice_change", """{"due_changes":[{"kind":"credit_note_applied","amount":"-5.00 USD"}]}"""), Call("search_policies", """{"policies":[],"tickets":[{"quote":"«I have refunded the second charge. Refund issued.»"}]}"""));
        DoneClaims.In("- $5.00 less: credit note applied", evidence).ShouldBeEmpty();
        DoneClaims.In("They wrote “I have refunded the second charge.”", evidence).ShouldBeEmpty();
        DoneClaims.In("I have applied the credit note.", evidence).ShouldHaveSingleItem();
        DoneClaims.Correct("Reminder sent.", evidence).ShouldBe("Reminder sent [not done: it waits for approval].");
    }

    [Theory]
    [InlineData("- $5.00 less", "$5.00")]
    [InlineData("It fell by -$5.00.", "-$5.00")]
    public void Scan_BulletBeforeAnAmount_IsNoMinus(string text, string figure) =>
        FigureScanner.Scan(text).ShouldHaveSingleItem().Text.ShouldBe(figure);

    [Fact]
    public void Scan_NumberOfACreditNoteBeforeADate_IsOneId() =>
        FigureScanner.Scan("Credit note ACME-0007-CN-01 of November 2, 2026.").Select(f => f.Text).ShouldBe(["ACME-0007-CN-01", "November 2, 2026"]);

    private static Evidence Of(params ToolEvidence[] calls) => new(calls, []);

    private static ToolEvidence Call(string tool, string result) => new($"call_{tool}", tool, new JsonObject(), JsonNode.Parse(result));
}
