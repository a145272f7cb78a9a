using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.BillingTests;

public sealed class CourtesyRulesTests
{
    private static readonly CourtesyLimit Limit = new(90, new Dictionary<string, Money> { ["usd"] = new(5_000, "usd"), ["jpy"] = new(7_500, "jpy"), ["kwd"] = new(15_000, "kwd") }, "At most $50.");

    [Theory]
    [InlineData(5_000, 0, "usd")]
    [InlineData(1_500, 3_500, "usd")]
    [InlineData(7_500, 0, "jpy")]
    [InlineData(15_000, 0, "kwd")]
    public void Refuse_WithinTheLimit_LetsIt(long amount, long given, string currency) =>
        CourtesyRules.Refuse(Limit, new Money(amount, currency), new Money(given, currency)).ShouldBeNull();

    [Theory]
    [InlineData(5_001, 0, "usd", "«At most $50.» 50.00 USD is left; 50.01 USD is more.", "At most 50.00 USD can be proposed, if the person wants that instead.")]
    [InlineData(1, 5_000, "usd", "so 0.00 USD is left", "Nothing more can be given now.")]
    [InlineData(1, 9_000, "usd", "so 0.00 USD is left", "Nothing more can be given now.")]
    [InlineData(7_501, 0, "jpy", "7500 JPY is left", "At most 7500 JPY can be proposed, if the person wants that instead.")]
    [InlineData(1, 0, "sek", "gives no courtesy credit in SEK", "It does in: jpy, kwd, usd.")]
    [InlineData(0, 0, "usd", "more than zero", "positive")]
    public void Refuse_BeyondIt_SaysThePolicysWordsAndWhatIsLeft(long amount, long given, string currency, string says, string remedy)
    {
        var refusal = CourtesyRules.Refuse(Limit, new Money(amount, currency), new Money(given, currency)).ShouldNotBeNull();

        refusal.Message.ShouldContain(says);
        refusal.Remedy.ShouldNotBeNull().ShouldContain(remedy);
    }
}
