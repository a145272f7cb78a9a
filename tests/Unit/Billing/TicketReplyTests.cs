using System.Text.Json;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Dunning;
using BillingCopilot.Billing.Mistakes;
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
        var reply = TicketReply.Draft(Labels(intent, language), new ReplyFacts(Invoice, "Refunds go to the card that paid.")).ShouldNotBeNull();
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
            TicketReply.Draft(Labels(intent, "en"), new ReplyFacts(Invoice, null)).ShouldNotBeNull().ShouldNotMatch("(?i)we have (looked|checked|seen)|we are checking");
        }
    }

    [Theory]
    [InlineData(DeclineCause.Funds, "your bank declined it for lack of funds")]
    [InlineData(DeclineCause.LostOrStolen, "did not go through: your bank declined it.")]
    [InlineData(DeclineCause.Risk, "did not go through: your bank declined it.")]
    public void Draft_OfADeclinedPayment_NamesTheReason_ButNeverLossTheftOrSuspicion(DeclineCause cause, string says)
    {
        var facts = new ReplyFacts(null, null, new ReplyDecline(new Money(9_900, "usd"), new DateOnly(2026, 10, 3), cause));
        TicketReply.Draft(Labels("failed_payment", "en"), facts).ShouldNotBeNull().ShouldContain(says);
        TicketReply.Draft(Labels("tax", "en"), facts).ShouldNotBeNull().ShouldNotContain("did not go through", customMessage: "not what the ticket is about");
    }

    [Fact]
    public void Draft_EveryDeclineAndFinding_HasWordsInEveryLanguage()
    {
        foreach (var language in Locale.All.Keys)
        {
            foreach (var cause in Enum.GetValues<DeclineCause>())
            {
                TicketReply.Draft(Labels("failed_payment", language), new ReplyFacts(null, null, new ReplyDecline(new Money(9_900, "usd"), new DateOnly(2026, 10, 3), cause)))
                    .ShouldNotBeNull().ShouldContain(Locale.All[language].Money(new Money(9_900, "usd")));
            }

            foreach (var kind in Enum.GetValues<MistakeKind>().Select(k => JsonNamingPolicy.SnakeCaseLower.ConvertName(k.ToString())))
            {
                var intent = TicketClassifier.Shipped.Intents.First(i => TicketReply.FindingsFor(i).Contains(kind));
                var reply = TicketReply.Draft(Labels(intent, language), new ReplyFacts(null, null, null, new ReplyFinding(kind, new Money(4_200, "eur"), "LUM-0007"))).ShouldNotBeNull();
                reply.ShouldContain("LUM-0007");
                reply.ShouldContain(Locale.All[language].Money(new Money(4_200, "eur")));
            }
        }
    }

    [Fact]
    public void Draft_Hostile_IsNone() => TicketReply.Draft(Labels("hostile", "en"), new ReplyFacts(Invoice, null)).ShouldBeNull();

    [Fact]
    public void Draft_UnknownLanguage_IsEnglish() => TicketReply.Draft(Labels("tax", "und"), new ReplyFacts(null, null)).ShouldNotBeNull().ShouldStartWith("Hello,");

    [Fact]
    public void RuleOf_ASection_IsOneOfItsSentencesWordForWord() =>
        TicketReply.RuleOf("Seats are counted daily by us. A refund is given within 30 days of the charge. Ask.", "refund window").ShouldBe("A refund is given within 30 days of the charge.");

    private static TicketLabels Labels(string intent, string language) => new(intent, 1, "normal", "neutral", language, "refund window");
}
