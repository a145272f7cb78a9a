using BillingCopilot.Memory;
using BillingCopilot.Memory.Search;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.MemoryTests;

public sealed class SearchTests : IDisposable
{
    private const string Refunds = """
        ---
        title: Refund policy
        ---
        Refunds go to the card that paid.

        ## Duplicate charges

        A duplicate charge is refunded **in full**; see `LUM-0042` for a case.

        ## Annual plans

        ### Cancelling early

        Unused months become a customer balance.
        """;

    private readonly KnowledgeFixture _knowledge = new();

    public SearchTests()
    {
        _knowledge.Write("policies/refunds.md", Refunds);
        _knowledge.Write("policies/dunning.md", "# Dunning\n\nWe send three mails after a failed payment. A refund is never offered in them.");
        _knowledge.Write("tickets/t7.md", "---\ntitle: Charged twice\ncustomer_name: Acme Ünited\nid: T-7\n---\nThe customer saw two charges. We refunded one of them.");
    }

    public void Dispose() => _knowledge.Dispose();

    [Fact]
    public async Task Search_WordInHeading_RanksAboveWordInPassing()
    {
        await _knowledge.IngestAsync();
        var found = await _knowledge.SearchAsync("What is our refund policy for duplicated charges?");
        (found[0].Document, found[0].Section).ShouldBe(("policies/refunds.md", "Duplicate charges"));
        found.Select(p => p.Score).ShouldBeInOrder(SortDirection.Descending);
        found.Count.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData("cancellation", "Cancelling early")]
    [InlineData("annual", "Cancelling early")]
    [InlineData("lum-0042", "Duplicate charges")]
    public async Task Search_StemParentHeadingOrNumber_FindsTheSection(string query, string section)
    {
        await _knowledge.IngestAsync();
        (await _knowledge.SearchAsync(query))[0].Section.ShouldBe(section);
    }

    [Theory]
    [InlineData("acme united")]
    [InlineData("T-7")]
    public async Task Search_FrontMatterWords_FindTheTicket(string query)
    {
        await _knowledge.IngestAsync();
        (await _knowledge.SearchAsync(query)).ShouldHaveSingleItem().Title.ShouldBe("Charged twice");
    }

    [Fact]
    public async Task Search_Kind_LeavesTheOtherOut()
    {
        await _knowledge.IngestAsync();
        (await _knowledge.SearchAsync("refund", "ticket")).ShouldAllBe(p => p.Kind == "ticket");
        (await _knowledge.SearchAsync("refund", "policy")).ShouldAllBe(p => p.Kind == "policy");
    }

    [Fact]
    public async Task Search_OtherTenant_SeesNothing()
    {
        await _knowledge.IngestAsync();
        (await _knowledge.SearchAsync("refund", tenant: KnowledgeFixture.Other)).ShouldBeEmpty();

        await _knowledge.IngestAsync(KnowledgeFixture.Other);
        File.Delete(Path.Combine(_knowledge.Folder, "policies/refunds.md"));
        (await _knowledge.IngestAsync(KnowledgeFixture.Other)).Removed.ShouldBe(1);
        (await _knowledge.SearchAsync("duplicate charges")).ShouldContain(p => p.Document == "policies/refunds.md");
    }

    [Fact]
    public async Task Search_Quotes_StandInTheFileWordForWord()
    {
        await _knowledge.IngestAsync();
        foreach (var passage in await _knowledge.SearchAsync("refund charge months balance mail", limit: 20))
        {
            var text = await File.ReadAllTextAsync(Path.Combine(_knowledge.Folder, passage.Document));
            PlainWords.Of(text).ShouldContain(passage.Quote);
            passage.Quote.ShouldNotContain("**");
        }
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("\"unclosed refund")]
    [InlineData("*")]
    [InlineData("refund*")]
    [InlineData("NEAR(refund charge, 2)")]
    [InlineData("OR")]
    [InlineData("AND NOT refund")]
    [InlineData("title:refund OR {title section}:x")]
    [InlineData("^refund + charge - (")]
    [InlineData("'; DROP TABLE sections; --")]
    [InlineData("refund\0charge")]
    [InlineData("   ")]
    [InlineData("\uD83D\uDE00 \uD800 refund")]
    public async Task Search_HostileText_IsNeverSyntax(string query)
    {
        await _knowledge.IngestAsync();
        await Should.NotThrowAsync(() => _knowledge.SearchAsync(query));
        (await _knowledge.SearchAsync("refund")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Search_VeryLongText_IsAnswered()
    {
        await _knowledge.IngestAsync();
        var words = string.Join(' ', Enumerable.Range(0, 20_000).Select(i => $"word{i}"));
        (await _knowledge.SearchAsync("refund " + words)).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("what is it and how do you do that")]
    [InlineData("zebra")]
    public async Task Search_NothingToFind_IsEmpty(string query)
    {
        await _knowledge.IngestAsync();
        (await _knowledge.SearchAsync(query)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Search_Limit_IsCappedByTheOption()
    {
        for (var i = 0; i < 30; i++)
        {
            _knowledge.Write($"tickets/many{i}.md", $"# Ticket {i}\n\nA refund for case {i}.");
        }

        await _knowledge.IngestAsync();
        (await _knowledge.SearchAsync("refund", limit: 1000)).Count.ShouldBe(20);
        (await _knowledge.SearchAsync("refund", limit: 3)).Count.ShouldBe(3);
        (await _knowledge.SearchAsync("refund", limit: 0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Search_LongSection_IsQuotedFromTheMatchingPartAndCutAtASentence()
    {
        var filler = string.Join("\n\n", Enumerable.Range(0, 40).Select(i => $"Paragraph {i} speaks of other things at some length."));
        _knowledge.Write("policies/long.md", $"# Long\n\n{filler}\n\nA zebra clause applies. {string.Concat(Enumerable.Repeat("It goes on. ", 200))}");
        await _knowledge.IngestAsync();

        var quote = (await _knowledge.SearchAsync("zebra clause")).ShouldHaveSingleItem().Quote;
        quote.ShouldStartWith("A zebra clause applies.");
        quote.Length.ShouldBeInRange(1150, 1200);
        quote.ShouldEndWith("It goes on.");
    }

    [Theory]
    [InlineData("", 1200, 20, "Memory:Path")]
    [InlineData("x.db", 10, 20, "Memory:MaxQuoteChars")]
    [InlineData("x.db", 1200, 0, "Memory:MaxResults")]
    public void Options_OutOfRange_AreRefusedByName(string path, int quote, int results, string setting) =>
        Should.Throw<ArgumentException>(() => new MemoryOptions { Path = path, MaxQuoteChars = quote, MaxResults = results }.Validate())
            .Message.ShouldContain(setting);
}
