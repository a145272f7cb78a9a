using System.Text;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.MemoryTests;

public sealed class IngestTests : IDisposable
{
    private const string Refunds = """
        ---
        title: Refund policy
        id: POL-1
        date: 2026-01-15
        tags: [refunds, duplicates]
        ---
        # Refund policy

        We refund what was charged by mistake.

        ## Duplicate charges

        A duplicate charge is refunded **in full**, within 60 days.

        ## Annual plans

        Unused months are credited, not refunded.
        """;

    private readonly KnowledgeFixture _knowledge = new();

    public void Dispose() => _knowledge.Dispose();

    [Fact]
    public async Task Ingest_Twice_LeavesUnchangedFilesAlone()
    {
        _knowledge.Write("policies/refunds.md", Refunds);
        var first = await _knowledge.IngestAsync();
        var second = await _knowledge.IngestAsync();

        (first.Documents, first.Sections, first.Unchanged, first.Removed).ShouldBe((1, 3, 0, 0));
        (second.Documents, second.Sections, second.Unchanged, second.Removed).ShouldBe((1, 3, 1, 0));
        (await _knowledge.SearchAsync("duplicate charge", limit: 20)).Count(p => p.Section == "Duplicate charges").ShouldBe(1);
    }

    [Fact]
    public async Task Ingest_Imprint_IsNoSection()
    {
        _knowledge.Write("policies/disputes.md", "# Disputes\n\nOwner: Finance. Last reviewed: 15 May 2026.\n\n## First rule\n\nNever refund a disputed charge.");
        _knowledge.Write("policies/owners.md", "# Owners\n\nFinance owns: disputes, refunds, and all that is left.");
        (await _knowledge.IngestAsync()).Sections.ShouldBe(2);
        (await _knowledge.SearchAsync("owner last reviewed finance disputes")).ShouldAllBe(p => !p.Quote.Contains("Last reviewed"));
    }

    [Fact]
    public async Task Ingest_ChangedFile_QuotesOnlyTheNewText()
    {
        _knowledge.Write("policies/refunds.md", Refunds);
        await _knowledge.IngestAsync();
        _knowledge.Write("policies/refunds.md", Refunds.Replace("60 days", "90 days", StringComparison.Ordinal));
        (await _knowledge.IngestAsync()).Unchanged.ShouldBe(0);

        var found = await _knowledge.SearchAsync("duplicate charge days");
        found[0].Quote.ShouldContain("90 days");
        found.ShouldAllBe(p => !p.Quote.Contains("60 days"));
    }

    [Fact]
    public async Task Ingest_VanishedFile_IsRemoved()
    {
        var file = _knowledge.Write("policies/refunds.md", Refunds);
        _knowledge.Write("tickets/t1.md", "# Card question\n\nHow do I change my card?");
        await _knowledge.IngestAsync();
        File.Delete(file);

        (await _knowledge.IngestAsync()).Removed.ShouldBe(1);
        (await _knowledge.SearchAsync("duplicate refund")).ShouldBeEmpty();
        (await _knowledge.SearchAsync("change card")).ShouldHaveSingleItem().Kind.ShouldBe("ticket");
    }

    [Fact]
    public async Task Ingest_FileThatBecomesFaulty_IsNoLongerQuoted()
    {
        _knowledge.Write("policies/refunds.md", Refunds);
        await _knowledge.IngestAsync();
        _knowledge.Write("policies/refunds.md", "---\ntitle: [\n---\ntext about refunds");

        (await _knowledge.IngestAsync()).Problems.ShouldHaveSingleItem();
        (await _knowledge.SearchAsync("refunds")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ingest_MissingFolder_SaysSoAndChangesNothing()
    {
        _knowledge.Write("policies/refunds.md", Refunds);
        await _knowledge.IngestAsync();
        Directory.Delete(_knowledge.Folder, recursive: true);

        (await _knowledge.IngestAsync()).Problems.ShouldHaveSingleItem().ShouldContain("no such folder");
        (await _knowledge.SearchAsync("duplicate charge")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("policies/a.md", "---\ntitle: a: b\n---\nText.", "line 2", "double quotes")]
    [InlineData("policies/a.md", "---\ntitle:\n---\nText.", "title is not a line of text", "leave the line out")]
    [InlineData("policies/a.md", "---\ndate: soon\n---\nText.", "'soon' is not a date", "2026-03-31")]
    [InlineData("policies/a.md", "---\n- a\n- b\n---\nText.", "not a list of 'name: value' lines", "name: value")]
    [InlineData("policies/a.md", "---\ntitle: Open\n\nText.", "never closed", "three dashes")]
    [InlineData("policies/a.md", "  \n", "it is empty", "delete the file")]
    [InlineData("policies/a.md", "# Only a heading\n", "no text below", "Write the text")]
    [InlineData("notes/a.md", "Text.", "neither policies/ nor tickets/", "Move it")]
    [InlineData("policies/a.md", "nul \0 byte", "not a text file", "Markdown")]
    public async Task Ingest_FaultyFile_IsReportedWithFaultAndRemedy(string path, string text, string fault, string remedy)
    {
        _knowledge.Write(path, text);
        var report = await _knowledge.IngestAsync();

        report.Documents.ShouldBe(0);
        var problem = report.Problems.ShouldHaveSingleItem();
        problem.ShouldStartWith(path + ": ");
        problem.ShouldContain(fault);
        problem.ShouldContain(remedy);
    }

    [Fact]
    public async Task Ingest_TooLargeOrNotUtf8_IsReportedAndTheRestTakenIn()
    {
        _knowledge.Write("policies/large.md", new string('x', 1024 * 1024 + 1));
        File.WriteAllBytes(_knowledge.Write("policies/latin.md", ""), Encoding.Latin1.GetBytes("# Gebühren\n\nfür alle"));
        _knowledge.Write("policies/refunds.md", Refunds);

        var report = await _knowledge.IngestAsync();
        report.Documents.ShouldBe(1);
        report.Problems.Count.ShouldBe(2);
        report.Problems[0].ShouldContain("1048577 bytes");
        report.Problems[1].ShouldContain("not in UTF-8");
    }

    [Fact]
    public async Task Ingest_TwoFolders_LeaveEachOtherAlone()
    {
        _knowledge.Write("policies/refunds.md", Refunds);
        _knowledge.Write("second/tickets/t.md", "# Portal\n\nThe portal link expired.");
        await _knowledge.IngestAsync();
        var second = Path.Combine(_knowledge.Folder, "second");
        (await _knowledge.Base.IngestAsync(KnowledgeFixture.Lumen, second, CancellationToken.None)).Removed.ShouldBe(0);

        (await _knowledge.SearchAsync("duplicate charge")).ShouldNotBeEmpty();
        (await _knowledge.SearchAsync("portal link")).ShouldNotBeEmpty();
    }
}
