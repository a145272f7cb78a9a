using BillingCopilot.Billing.Triage;
using BillingCopilot.Unit.SandboxTests.Conformance;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.MemoryTests;

/// <summary>What a reply quotes of the shipped policies: only what they have for customers.</summary>
public sealed class ToldRulesTests : IAsyncLifetime
{
    private const string Section = "What we tell customers";
    private readonly KnowledgeFixture _knowledge = new();

    /// <summary>Every sentence was read by a person: no order to our people, no threat, nothing about other customers.</summary>
    public static TheoryData<string, string?> Said { get; } = new()
    {
        { "duplicate_charge", "If we took the same payment twice, the second charge is refunded in full, no questions asked, within 120 days of the charge." },
        { "refund_request", "A refund of a subscription charge, with the money back on the card that paid, can be asked for within 30 days of the date of the charge." },
        { "invoice_question", "We explain what an invoice contains: what its lines are for, why its amount changed, and what the next invoice will be." },
        { "proration_question", "When a plan or its seats change in the middle of a period, both lines of the proration appear on the next invoice, next to the full price of the period to come." },
        { "failed_payment", "After a failed payment access stays for 14 days, so there is time to put in another card." },
        { "card_update", "To change the card or another payment method there is a link to our customer portal: we never ask for a card number, an expiry date or a security code, in any channel." },
        { "cancel", "A subscription that is canceled ends at the end of the period that is paid for, and access stays until then." },
        { "downgrade", "A downgrade to a smaller plan or fewer seats takes effect at the end of the period, without a credit for the rest of it." },
        { "upgrade", "An upgrade to a larger plan or more seats takes effect at once: the difference in price for the rest of the period comes with the next invoice, to the second." },
        { "usage_dispute", "If the count of metered calls is disputed, we look at the usage by day: calls that came from our own retries or an incident are taken back, up to 35 days after they were made." },
        { "tax", "A valid VAT number of a business in another EU country makes the invoice reverse charge, from the next invoice on." },
        { "discount_missing", "If a discount or coupon that was granted is missing from an invoice, a credit note corrects it." },
        { "bank_dispute", "A dispute or chargeback is decided by the bank, which has taken the amount from us already: a refund on top would pay it twice." },
        { "technical", "The first response of our support comes within 4 business hours on Business, 1 business day on Team and 2 business days on Starter." },
    };

    public async Task InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(Files.Of("Sandbox/Worlds/Lumen/policies"), "*.md"))
        {
            _knowledge.Write("policies/" + Path.GetFileName(file), await File.ReadAllTextAsync(file));
        }

        await _knowledge.IngestAsync();
    }

    public Task DisposeAsync()
    {
        _knowledge.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Said))]
    public async Task Rule_OfEachIntent_IsASentenceForCustomers(string intent, string? rule) => (await RuleAsync(intent)).ShouldBe(rule);

    [Fact]
    public void Said_HasEveryIntentThatIsAnswered() =>
        Said.Select(s => (string)s[0]).ShouldBe(TicketClassifier.Shipped.Intents.Where(i => i != "hostile"), ignoreOrder: true);

    [Fact]
    public async Task Rule_OfPoliciesWithoutThePart_IsNone_AndTheyAreFoundAllTheSame()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(_knowledge.Folder, "policies")))
        {
            var text = await File.ReadAllTextAsync(file);
            await File.WriteAllTextAsync(file, text[..text.IndexOf("## " + Section, StringComparison.Ordinal)]);
        }

        await _knowledge.IngestAsync();
        foreach (var intent in TicketClassifier.Shipped.Intents.Where(i => i != "hostile"))
        {
            (await RuleAsync(intent)).ShouldBeNull();
        }

        (await _knowledge.SearchAsync("refund window", "policy")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Search_ForPoliciesOrForAll_FindsNothingWrittenForCustomers()
    {
        (await _knowledge.SearchAsync("what we tell customers refund of a subscription charge", "policy", 20)).ShouldAllBe(p => p.Section != Section);
        (await _knowledge.SearchAsync("what we tell customers refund of a subscription charge", null, 20)).ShouldAllBe(p => p.Section != Section);
        (await _knowledge.SearchAsync("what we tell customers refund of a subscription charge", "reply", 20)).ShouldAllBe(p => p.Kind == "reply" && p.Section == Section);
    }

    private async Task<string?> RuleAsync(string intent)
    {
        var about = TriageWords.Shipped.Intents[intent].Policy;
        return TicketReply.RuleOf(string.Join('\n', (await _knowledge.SearchAsync(about, "reply", 10)).Select(p => p.Quote)), about);
    }
}
