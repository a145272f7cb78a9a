using System.Text;
using BillingCopilot.Flows.Support;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class CardNumberFlow
{
    [Fact]
    public async Task PastedCardNumber_IsStoredNowhere_AndTheAskerIsTold()
    {
        const string card = "4242 4242 4242 4242";
        await using var copilot = await Copilot.StartAsync();
        using var sam = copilot.As("sam");

        var answer = await sam.AskAsync($"Why was {copilot.OpenRise["customer_name"]} charged on {card}?");

        ((string)answer["text"]!).ShouldContain("card number");
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(copilot.Stage.Host.Settings.Database.Path))!, "copilot.db*"))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(open, Encoding.Latin1);
            var stored = await reader.ReadToEndAsync();
            stored.ShouldNotContain(card);
            stored.ShouldNotContain("4242424242424242");
        }
    }
}
