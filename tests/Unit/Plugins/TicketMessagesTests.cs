using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Plugins.Disputes;
using BillingCopilot.Plugins.Helpdesk;
using Shouldly;
using Stripe;
using Xunit;

namespace BillingCopilot.Unit.PluginsTests;

/// <summary>Which tickets a bank may read, with which words, and what is left to a person.</summary>
public sealed class TicketMessagesTests
{
    private const string Harmless = "Could you explain the second line of the invoice? What is it made of?";
    private static readonly DateTime Charged = new(2026, 10, 10, 12, 0, 0, DateTimeKind.Utc);
    private static readonly Customer Owner = new() { Id = "cus_1", Email = "ada@acme.test", Created = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) };
    private readonly FakeHelpdesk _helpdesk = new();

    [Fact]
    public async Task Read_OfWhatTheHelpdeskDoesNotNameTheCustomerIn_IsToBeReadWhateverItSays()
    {
        Write("N-1", Harmless);
        Write("N-2", Harmless, customer: null);
        Write("N-3", "Please cancel the subscription.", customer: null);

        var read = await ReadAsync("subscription_canceled");

        (Numbers(read.HandedIn), Numbers(read.Complaints), Numbers(read.ToRead)).ShouldBe(("N-1", "", "N-2,N-3"));
        read.ToRead[0].Why.ShouldContain("anybody can write");
    }

    [Theory]
    [InlineData("Could you explain the second line of the invoice? We canceled in March.")]
    [InlineData("Could you explain the second line of the invoice? I do not recognize it.")]
    [InlineData("Could you explain the second line of the invoice? I can\u200bceled.")]
    [InlineData("Bitte erklären Sie die Rechnung und die Summe für uns.")]
    [InlineData("When is the office open?")]
    [InlineData("Our bookkeeper has a question about the bill of April.")]
    [InlineData("Could you explain the second line of the invoice? Please send us a reimbursemnt for it.")]
    [InlineData("Our payment failed and the card was declined.")]
    [InlineData("Could you explain the second line of the invoice? It is for 株式会社 of ours.")]
    public async Task Read_OfAnythingNotSurelyHarmless_IsToBeRead(string body)
    {
        Write("N-1", body);

        var read = await ReadAsync("fraudulent");

        (read.HandedIn.Count, Numbers(read.ToRead)).ShouldBe((0, "N-1"), body);
        read.ToRead[0].Why.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Read_WordsOfOthersAndTooManyWords_AreTakenOutAndMarked()
    {
        Write("N-1", $"{Harmless} Ask eve@other.test, or see https://other.test/page.\n{string.Join(' ', Enumerable.Repeat("please explain the invoice", 80))}");

        var text = (await ReadAsync("fraudulent")).HandedIn.ShouldHaveSingleItem().Text;

        text.ShouldStartWith($"{Harmless} Ask [mail], or see [link]");
        text.ShouldEndWith(" [cut]");
        text.Length.ShouldBeLessThan(TicketMessages.LongestTicket + 10);
    }

    [Fact]
    public async Task Read_WordsThatChanged_AreOfTheDayOnWhichTheyDid()
    {
        Write("N-1", Harmless);
        _helpdesk.Changed["tkt_N-1"] = new DateTimeOffset(Charged.AddDays(9));

        (await ReadAsync("fraudulent")).HandedIn.ShouldHaveSingleItem().On.ShouldBe(new DateOnly(2026, 10, 19));
    }

    [Fact]
    public async Task Read_OfAComplaintOfLongBefore_SpeaksForTheCardholder_WhatIsHarmlessIsTooOld()
    {
        Write("N-1", "Please cancel the subscription.", daysAfter: -200);
        Write("N-2", Harmless, daysAfter: -200);

        var read = await ReadAsync("subscription_canceled");

        (Numbers(read.HandedIn), Numbers(read.Complaints), Numbers(read.ToRead)).ShouldBe(("", "N-1", ""));
    }

    [Fact]
    public async Task Read_WhereMoreAreThanAreLookedAt_SaysSoAndDeniesNoCancellation()
    {
        for (var i = 0; i <= TicketMessages.MostTickets; i++)
        {
            Write($"N-{i}", Harmless);
        }

        var read = await ReadAsync("subscription_canceled");

        read.Gap.ShouldNotBeNull().ShouldContain("more than 100 tickets");
        (read.HandedIn.Count, read.MayCancel).ShouldBe((CustomerMessages.MostHandedIn, true));
    }

    [Fact]
    public async Task Read_OfErasedWords_SkipsThemAndDeniesNoCancellation()
    {
        Write("N-1", SubjectEraser.Gone);
        Write("N-2", Harmless);

        var read = await ReadAsync("subscription_canceled");

        (Numbers(read.HandedIn), Numbers(read.Complaints), Numbers(read.ToRead)).ShouldBe(("N-2", "", ""));
        read.Gap.ShouldBe("The words of some tickets were erased.");
        read.MayCancel.ShouldBeTrue();
    }

    [Fact]
    public async Task Read_OfNothingButHarmlessWords_LeavesNothingOpen()
    {
        Write("N-1", Harmless);

        (await ReadAsync("subscription_canceled")).MayCancel.ShouldBeFalse();
    }

    private Task<CustomerMessages> ReadAsync(string reason) =>
        new TicketMessages(Lumen.Tenant, _helpdesk).ReadAsync(reason, new Charge { Created = Charged }, Owner, null, default);

    private void Write(string number, string body, string? customer = "cus_1", int daysAfter = 2) => _helpdesk.Add(
        new Ticket($"tkt_{number}", number, "Invoice", body, "", customer is null ? Owner.Email : "", customer), new DateTimeOffset(Charged).AddDays(daysAfter));

    private static string Numbers(IReadOnlyList<CustomerMessage> messages) => string.Join(',', messages.Select(m => m.Number));
}
