using System.Text.RegularExpressions;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Flows.Support;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed partial class ConsoleFlow
{
    private const string Variable = "BILLINGCOPILOT_TEST_CHROMIUM";

    /// <summary>Milliseconds; a loaded machine of two cores takes its time.</summary>
    private const float Patience = 90_000;

    [RequiresFact(Variable)]
    public async Task Console_AskProposeApprove_InABrowser()
    {
        await using var copilot = await Copilot.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var page = await OpenAsync(await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } }));

        await SignInAsync(page, copilot, "Sam");
        await AskAsync(page, $"Why did {copilot.OpenRise["customer_name"]}'s last invoice go up?");
        await Assertions.Expect(page.GetByText("Receipts (").First).ToBeVisibleAsync();
        await AskAsync(page, "Yes, credit the difference");
        await Assertions.Expect(page.GetByText("AI-written reason").First).ToBeVisibleAsync();
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
        if (Environment.GetEnvironmentVariable("BILLINGCOPILOT_SCREENSHOT") is { Length: > 0 } path)
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "New conversation" })).ToBeVisibleAsync();
            await page.ScreenshotAsync(new() { Path = path });
        }

        await page.Context.ClearCookiesAsync();
        await SignInAsync(page, copilot, "Frank");
        await ApproveAsync(page);
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).Count.ShouldBe(1);
    }

    [RequiresFact(Variable)]
    public async Task Console_ReloadedAndSignedOutElsewhere_KeepsTheChatAndThenNothing()
    {
        await using var copilot = await Copilot.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var context = await chromium.NewContextAsync();
        var page = await OpenAsync(context);
        await SignInAsync(page, copilot, "Sam");
        await AskAsync(page, "How long after a payment can we refund it?");
        await Assertions.Expect(page.Locator(".bc-answer-foot")).ToBeVisibleAsync();
        var answer = await page.Locator(".bc-text").InnerTextAsync();

        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("form[data-ready=true]")).ToBeVisibleAsync();
        (await page.Locator(".bc-text").InnerTextAsync()).ShouldBe(answer);

        // The same browser, another tab: its sign-out ends the first tab's page too.
        var other = await OpenAsync(context);
        await other.GotoAsync(copilot.Address.ToString());
        // The menu closes when the page becomes interactive: not opened before that.
        await Assertions.Expect(other.Locator("form[data-ready=true]")).ToBeVisibleAsync();
        await other.Locator("details.bc-menu > summary").ClickAsync();
        await other.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Who are you today?")).ToBeVisibleAsync();
        (await page.Locator(".bc-text").CountAsync()).ShouldBe(0);
    }

    [RequiresFact(Variable)]
    public async Task Console_Queues_ShowTheirTicketsAsTextToWhoReadsThem()
    {
        await using var copilot = await Copilot.StartAsync();
        var (intake, tenant) = (copilot.Stage.Host.Services.GetRequiredService<TicketIntake>(), copilot.Stage.Host.Tenants.Default.Context);
        var customer = (string)copilot.OpenRise["customer"]!;
        foreach (var number in Enumerable.Range(1, 26))
        {
            var subject = number == 1 ? "<img src=x onerror=\"document.title='taken'\"> We were charged twice" : $"We were charged twice, case {number}";
            await intake.AcceptAsync(tenant, new HelpdeskTicket($"call-{number}", $"N-{number:0000}", subject, "Please look, it is urgent.", "Mara", "", number == 1 ? customer : null), CancellationToken.None);
        }

        await EventTask.WaitAsync(copilot.Stage.Host.Services, tenant, "call-1", CancellationToken.None);
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var page = await OpenAsync(await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } }));
        await SignInAsync(page, copilot, "Sam");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Beside the chat" }).GetByRole(AriaRole.Button, new() { Name = "Tickets" }).ClickAsync();
        var queues = page.GetByRole(AriaRole.Group, new() { Name = "Queue" });
        await Assertions.Expect(queues.GetByRole(AriaRole.Button, new() { Name = "key accounts" })).ToBeVisibleAsync();
        (await queues.GetByRole(AriaRole.Button, new() { Name = "security" }).CountAsync()).ShouldBe(0, "support does not read it");
        await queues.GetByRole(AriaRole.Button, new() { Name = "billing" }).ClickAsync();

        var first = page.GetByRole(AriaRole.Article, new() { Name = "Ticket N-0001" });
        await Assertions.Expect(first).ToContainTextAsync("<img src=x onerror");
        await Assertions.Expect(first).ToContainTextAsync("duplicate charge");
        await Assertions.Expect(first).ToContainTextAsync($"{copilot.OpenRise["customer_name"]} {customer}");
        await Assertions.Expect(first.GetByRole(AriaRole.Button)).ToContainTextAsync("Waiting for approval");
        (await page.TitleAsync()).ShouldNotBe("taken");
        (await page.GetByRole(AriaRole.Article, new() { NameRegex = TicketCard() }).CountAsync()).ShouldBe(25);
        await ShootAsync(page, "tickets");
        await page.GetByRole(AriaRole.Button, new() { Name = "Later" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Article, new() { Name = "Ticket N-0026" })).ToBeVisibleAsync();
        (await page.GetByRole(AriaRole.Article, new() { NameRegex = TicketCard() }).CountAsync()).ShouldBe(1);

        await page.Context.ClearCookiesAsync();
        await SignInAsync(page, copilot, "Vera");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Proposals" })).ToBeVisibleAsync();
        (await page.GetByRole(AriaRole.Button, new() { Name = "Tickets" }).CountAsync()).ShouldBe(0);
    }

    [RequiresFact(Variable)]
    public async Task Console_BillingForm_FilledIn_ApprovedByAnother_ChangesTheCustomer()
    {
        const string Street = "9QuillfeatherRowWithoutABlankAnywhereInItSoThatItHasToBeBrokenInTheMiddleOfTheLineOfTheCardWhereItIsShown";
        await using var copilot = await Copilot.StartAsync();
        var customer = copilot.Truth["healthy_customers"]![1]!;
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var page = await OpenAsync(await chromium.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } }));
        await SignInAsync(page, copilot, "Sam");
        await AskAsync(page, $"Update the billing details of {customer["customer_name"]}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Fill in billing details" }).ClickAsync();
        foreach (var (name, value) in new[] { ("line1", Street), ("city", "Zedmouth"), ("country", "GB"), ("reason", "They moved.") })
        {
            var input = page.Locator($".bc-form input[name={name}]");
            await input.FillAsync(value);
            await input.PressAsync("Tab");
        }

        await ShootAsync(page, "form");
        await page.GetByRole(AriaRole.Button, new() { Name = "Propose the change" }).ClickAsync();
        await Assertions.Expect(page.GetByText("waits for somebody else's approval")).ToBeVisibleAsync();
        (await copilot.Sandbox.WritesAsync(CancellationToken.None)).ShouldBeEmpty();
        await Assertions.Expect(page.Locator(".bc-after").GetByText(Street)).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("(boxes => boxes.length > 0 && boxes.every(e => e.scrollWidth <= e.clientWidth))([...document.querySelectorAll('.bc-proposals .bc-scroll')])")).ShouldBeTrue("a value without blanks is broken, not cut off");
        await ShootAsync(page, "card");

        await page.Context.ClearCookiesAsync();
        await SignInAsync(page, copilot, "Vera");
        await Assertions.Expect(page.GetByText("(not for your role)").First).ToBeVisibleAsync();
        (await page.ContentAsync()).ShouldNotContain("Quillfeather");
        (await page.ContentAsync()).ShouldNotContain("Zedmouth");

        await page.Context.ClearCookiesAsync();
        await SignInAsync(page, copilot, "Olivia");
        await ApproveAsync(page);
        using var sam = copilot.As("sam");
        var details = (await (await sam.GetAsync($"/api/customers/{customer["customer"]}/billing-details")).JsonAsync())["details"]!;
        ((string?)details["line1"], (string?)details["city"]).ShouldBe((Street, "Zedmouth"));
    }

    /// <summary>Keeps what the page looks like in the folder of <c>BILLINGCOPILOT_SCREENSHOTS</c>, where one is given.</summary>
    private static async Task ShootAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("BILLINGCOPILOT_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
        }
    }

    [GeneratedRegex("^Ticket N-")]
    private static partial Regex TicketCard();

    private static Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        return playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable(Variable),
            Timeout = Patience,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    private static async Task<IPage> OpenAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Patience);
        page.SetDefaultNavigationTimeout(Patience);
        return page;
    }

    /// <summary>A click just after cards moved is ignored by the page: clicks until one was taken.</summary>
    private static async Task ApproveAsync(IPage page)
    {
        var executed = page.GetByRole(AriaRole.Button, new() { Name = "Executed 1" });
        for (var i = 0; i < 60 && !await executed.IsVisibleAsync(); i++)
        {
            var approve = page.GetByRole(AriaRole.Button, new() { NameRegex = ApproveButton() });
            try
            {
                await approve.First.ClickAsync(new() { Timeout = 3000 });
            }
            catch (TimeoutException)
            {
                // Taken already, or not there yet: look again.
            }

            await page.WaitForTimeoutAsync(500);
        }

        await Assertions.Expect(executed).ToBeVisibleAsync();
    }

    [GeneratedRegex("^Approve")]
    private static partial Regex ApproveButton();

    private static async Task SignInAsync(IPage page, Copilot copilot, string name)
    {
        await page.GotoAsync(copilot.Address.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();
        await Assertions.Expect(page.Locator("form[data-ready=true]")).ToBeVisibleAsync();
    }

    /// <summary>Waits until the page is connected and the last answer is whole: what is typed before is not taken.</summary>
    private static async Task AskAsync(IPage page, string text)
    {
        await Assertions.Expect(page.Locator("form[data-ready=true]")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Textbox).First.FillAsync(text);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true })).ToBeEnabledAsync();
        await page.GetByRole(AriaRole.Textbox).First.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".bc-question").Last).ToContainTextAsync(text);
    }
}
