using BillingCopilot.Billing;
using BillingCopilot.Billing.Text;
using BillingCopilot.Billing.Triage;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class TicketReplyTests
{
    private static readonly ReplyInvoice Invoice = new("LUM-0042", new DateOnly(2026, 10, 3), new Money(123450, "eur"), "paid");

    public static TheoryData<string, string> EveryIntentInEveryLanguage
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var language in Locale.All.Keys)
            {
                foreach (var intent in TicketClassifier.Shipped.Intents.Where(i => i != "hostile").Append(TicketClassifier.Other))
                {
                    all.Add(language, intent);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(EveryIntentInEveryLanguage))]
    public void Draft_EveryIntent_IsInTheTicketsLanguageWithTheFacts(string language, string intent)
    {
        var reply = TicketReply.Draft(Labels(intent, language), Invoice, "Refunds go to the card that paid.").ShouldNotBeNull();
        var locale = Locale.All[language];
        reply.ShouldContain(locale.Say("reply." + intent, new Dictionary<string, string?>()));
        reply.ShouldContain(locale.Money(Invoice.Total));
        reply.ShouldContain(locale.Day(Invoice.Date));
        reply.ShouldContain("“Refunds go to the card that paid.”");
        reply.ShouldNotContain("{");
    }

    /// <summary>Nobody has looked at anything when the draft is made.</summary>
    [Fact]
    public void Draft_InEnglish_ClaimsNoCheck()
    {
        foreach (var intent in TicketClassifier.Shipped.Intents.Where(i => i != "hostile").Append(TicketClassifier.Other))
        {
            TicketReply.Draft(Labels(intent, "en"), Invoice, null).ShouldNotBeNull().ShouldNotMatch("(?i)we have (looked|checked|seen)|we are checking");
        }
    }

    [Fact]
    public void Draft_Hostile_IsNone() => TicketReply.Draft(Labels("hostile", "en"), Invoice, null).ShouldBeNull();

    [Fact]
    public void Draft_UnknownLanguage_IsEnglish() => TicketReply.Draft(Labels("tax", "und"), null, null).ShouldNotBeNull().ShouldStartWith("Hello,");

    [Fact]
    public void RuleOf_ASection_IsOneOfItsSentencesWordForWord() =>
        TicketReply.RuleOf("Seats are counted daily by us. A refund is given within 30 days of the charge. Ask.", "refund window").ShouldBe("A refund is given within 30 days of the charge");

    private static TicketLabels Labels(string intent, string language) => new(intent, 1, "normal", "neutral", language, "billing", "refund window");
}
