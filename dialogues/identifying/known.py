"""Words that the search for names knows: names heard among care staff in Britain, and what is none.

The lists are ours, gathered for this purpose. They are short on purpose: a capital, a title or a word like "called"
tells most names; the lists are for people who type without capitals. All are folded: small letters, no accents.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Given names that are nothing else in English or Welsh: found in small letters too.
GIVEN = _words("""
aaron abbie abby abdul abdullah abena abigail abimbola abiodun abiola adaeze adam adebayo adele adeola adil adjoa
adrian adriana agata agnes agnieszka ahmed aidan aileen aisha aisling akosua alan alasdair alastair albert aled
alejandro aleksandra alessandro alex alexander alexandra alexandru alfie alfred ali alice alicia alina alisha alison
alistair alun alwyn alys amadou amaka amanda amelia amina amir amit amy ana anastasia andrea andreea andrei andrew
andrzej andy angela angharad angie ania anil anita anja anjali anju ann anna annabel anne annette annie anoop anthea
anthony anton antoni antonia antonio anwen arabella archie arjun arnold arthur artur arun aryan asha ashley ashok asif
athira aurelia ayesha ayo ayodele ayomide azra babatunde baljit barbara barry bartek bartosz basia baz beata beatrice
becky bella benjamin bernadette bernard bernice bertha bethan bethany betty bev beverley biju bilal billy bindu binod
bishnu blodwen bobby bogdan bola brandon branwen brenda brendan brian bridget bronislawa bronwen bruce bryony caitlin
callum calvin cameron camilla carla carlos carly carmel carmen carol caroline carolyn carys casey catalin catherine
cathy catrin cecilia celia celine ceri cerys chantelle charles charlie charlotte chelsea cheryl chiara chidi chiedza
chike chinedu chinwe chioma chipo chloe chris christina christine christopher chukwuemeka ciara cieran claire clara
clare claudia clive colette colin colleen connor conor constantin corinne craig cristian cristina cynthia dafydd
damian damien daniel daniela danielle danny daphne darius darren dave david dawid daz deb debbie deborah debra debs
declan deepa deepak deirdre delia delyth denise dennis derek dermot desmond devi dewi dez diana diane dilip dilwyn
dilys dimitar dinesh dipak divya dolores dominic dominika donald donna doreen doris dorota dorothy douglas duncan
dylan eamonn ebony edie edith edna eduardo edward edyta efua eileen eilidh eira eirlys elaine eleanor elen elena eleri
elias elif elin elisabeth eliza elizabeth ella ellen ellie elsie elvis elwyn emanuel emeka emil emilia emily emlyn
emma emmanuel emyr enid eric erica erika ernest esther ethan euan eugene eunice evelyn ewa ewan fadhila faisal farah
farai farhan farid fatima fatou fatoumata fay felix femi fernando ffion fiona florence florin folasade frances
francesca francis francisco frankie fred freda freddie frederick freya funmi funmilayo gabriel gabriela gail gareth
garry gary gaynor gaz geeta gemma geoff geoffrey george georgia georgina gerald geraldine gerard gerry gethin ghazala
gillian gina giorgio gladys glenda glenn glenys gloria glyndwr godfrey goran gordon gosia grainne greg gregory
grzegorz gurpreet gwen gwenda gwenllian gwilym gwyneth habib hamza hanna hannah harjit harold harpreet harriet harry
harsha harvey hassan hayley hector heidi heledd helen helena henrietta henry herbert hilary hilda howard hubert huda
hugh hugo humphrey hussain hussein huw hywel iain ian ibrahim idris iestyn ieuan ifan ifeanyi ifeoma ikram ileana
imogen imran indira ines inga ingrid ioan ioana ionut irena irene irina isaac isabel isabella isabelle ishaan isla
islwyn ivan iwan iwona izabela jacek jackie jacob jacqueline jacqui jagdeep jaime jakub james jamie jamila jane janet
janice janina janine jas jasmin jasmine jason jasper javed jayden jayne jaz jean jeanette jeff jeffrey jelena jenna
jennifer jenny jerome jerry jerzy jess jessica jessie jez jill jim jimmy jincy jisha joan joana joanna joanne joao
jocelyn jodi jodie joe joel johanna john johnny jolanta jomar jonas jonathan jordan jorge jose josef joseph josephine
josh joshua josie joyce juan juanita judith judy julia julian juliana julie juliet juliette justin justyna kamal
kamala kamil karen karim karina karl karol karolina kasia katarzyna kate kath katherine kathleen kathryn kathy katie
katrina katy kavita kayleigh keith kelechi kelly kelvin kemi ken kenneth kenny kerri kerry kev kevin keziah khadija
khalid kieran kieron kim kimberley kinga kiran kirsten kirsty kofi kojo krishna kristina krystyna krzysztof kudzai
kumari kwabena kwame kweku kyle lakshmi larisa larry latoya laura lauren laurence lavinia leah leanne leigh leila len
lena leon leona leonard leroy lesley leslie lewis liam lidia lilian liliana lina lincy linda lindsay lindsey lisa
liviu liz lizzie llewellyn llinos lola lorna lorraine louie louis louisa louise lowri luca lucia lucian lucy luis
lukasz luke lynda lynette lynn lynne maciej madeleine magda magdalena maggie mahmood malcolm malgorzata malgosia manda
mandy manjit manoj manuel marcel marcia marcin marcus margaret margarita maria mariam mariama marian mariana marie
marilyn mario marites marius mariusz marjorie marlene marlon marta martha martin martyn mary maryam mateo mateusz
matilda matthew maud maureen maurice mavis maxine meena megan meghan mehdi mehmet meirion melanie melissa merfyn
mervyn michael michal michala michelle mickey miguel mihaela mihai mike mildred milena millie milosz minh minnie
mirela miriam miroslav mohamed mohammad mohammed mohan moira mollie molly monica monika moses muhammad
muriel mustafa myfanwy myra nadia nancy naomi nasir nasreen natalia natalie natasha nathan nathaniel naveed ned neha
neil nell nerys ngozi nia niamh nicholas nicky nicola nicole nicoleta nigel nikita nikki nikolay nina nisha nkechi
nneka noah noel nomsa nora noreen norma norman nuala nyasha obinna ofelia oisin olga oliver olivia olu olufemi olumide
oluwaseun omar omolara oscar osian oswald owain owen oyinlola pablo padma pamela paolo parveen patricia patrick
patrycja paul paula paulina pauline pawel pedro peggy penelope pete peter petra phil philip philippa phillip phillipa
phoebe phyllis piotr pooja prakash pramila preeti priscilla priya priyanka przemyslaw quentin rachael rachel radoslaw
radu rafael rafal raheem rahul raj rajesh rajinder ralph ramesh ramona ranjit raquel rashid ravi raymond razia rebecca
reena reginald rekha renata rene reuben rhian rhiannon rhodri rhona rhys ricardo richard ricki ricky rita robbie
robert roberta roberto rodney roger rohan roisin roland roman ron ronald ronnie rory rosa rosalie rosalind rosalyn
rosamund rosanna roseline rosemarie rosemary rosie rowena roxana roy rudo rukhsana rumbidzai rupert russell ruth ryan
sabina sabrina sade sadia sadie saeed saira salim sally salma samantha samina samira sammy samson samuel sana sandeep
sandra sanjay santosh sara sarah sasha saskia satnam scott seamus sean sebastian segun selina selwyn seyi shabana
shabnam shahid shakira shane shanice shannon sharn sharon shaun shauna shaz shazia shazza sheeba sheena sheila shelley
sheryl shirley shobha shreya sian sibongile sibusiso sid sidney sienna simon simona sine sinead siobhan sioned sita
slawomir sofia sonia sonya sophia sophie stacey stacy stanislaw stanislawa stefan steffan stella stephanie stephen
steve steven stewart stuart sukhdeep sunil sunita suresh susan susanna susi susie suzanne svetlana sybil sylvia sylwia
szymon tadeusz tafadzwa tahira tamara tammy tamsin tania tanya tapiwa tara tariq tariro tasha tatenda tatiana tayo ted
tegwen temitope tendai terence teresa teresita terri terry tess tessa tez thandi thandiwe thelma theo theresa
thokozani thomas tiffany tilly timothy tina titilayo tobias toby todd tolu tom tomasz tommy toni tony tracey tracy
trev trevor tricia trish trisha tristan tsitsi tudur tunde uche ursula usha usman valentina valerie vanessa venkat
vera veronica veronika vic vicki vicky victor victoria vijay vikram viktor vincent vivian vivien wanda wayne wendy
weronika wiktor wiktoria wilfred william winifred winnie winston wojciech xander xavier yasmin yasmine yemi yetunde
ylenia yolanda yosef yusra yusuf yvette yvonne zach zachary zahra zainab zanele zara zbigniew zeinab zoe zofia zoltan
zosia zsofia zuzanna
""")

# Given names that are words too, in English or Welsh: only with a capital, inside a sentence or before "said".
DOUBTFUL = _words("""
abi ade al allan amber angel art ash aurora ben beth beverly bill blessing blossom bob bonnie brad brook bryn bud cai
candy cat cath chantal charity chuck cliff comfort coral crystal dai daisy dale dan dana dawn dean del des destiny
dick dolly don dorian drew earl ed eddie eve faith favour faye fern flo flora frank gay gene giles gill ginger ginny
glen glyn godwin goodness grace grant guy gwyn haf hal hank hari harmony hazel heather holly honey honour hope iris
isa ivy jack jade jay jazz jen jet jewel jo jock jon joy jude jules kam kat kay kirk kit lance lane laurel lech lee
leo les lily lin logan lovemore lovie luc mali mani marc mari marina mark mat matt max meg mel mercy mia mick miles mo
mona nan nat nick norm obi ola olive ollie pam pat patience patty paz pearl peg penny percy piers poppy praise
precious prince princess princewill prudence queen queenie ray reg rex rich rick rob robin rod rose ross ruby rudi
rufus saffron sal sam sandy seth shiny skye sonny stan sue tam teddy tia tim ty una val vi violet viv wale wes will
willow win wisdom wyn yan yaw zac
""")

# Family names that are nothing else: with a capital anywhere but first, and after a name or a title without one.
FAMILY = _words("""
abbott adams adeyemi afolabi ahmad ahmed akhtar akintola alexander ali allen amoah anderson andrews armstrong asante
atkinson bailey baker balogun banda barker barnes baxter begum bello bennett bhatt boateng bose bowen boyle bradley
brennan brown bryant burke burns butler byrne campbell carter chapman chaudhry chauhan chen chowdhury christie chukwu
clarke cohen coleman collins connolly coughlan cruz cunningham dasgupta davey davies davis dawson dela desai
diaz dixon dlamini doherty dominguez donnelly donovan doyle dube duffy duncan dunne edwards ellis evans eze ferguson
fernandes fernandez fitzgerald fletcher flynn fraser gallagher garcia gibson gill gomez gonzalez graham griffin
griffiths gupta hamilton harris harrison harvey henderson hernandez higgins hoang holmes hopkins hossain howells
hughes humphreys hussain hussein hutchinson ibrahim ifans iqbal ivanov iyer jackson jenkins jensen johnson
johnston jones joseph kamara kapoor kaur kavanagh kelly kennedy khan khumalo kovacs kowalczyk kowalska kowalski
krawczyk kumar lawrence lewandowska lewandowski lewis llewellyn llwyd lopez macdonald mahmood malik marshall martinez
mathew matthews mazur mbeki mccarthy mcdonald mckenzie mehta mendoza menon mensah mitchell mohamed moore moran morris
morrison moyo muhammad murphy murray musa mutasa mwale naidoo nair ncube ndlovu nguyen nkosi nowak nwosu obrien
ochieng oconnor odonnell ojo okafor okeke okonkwo olawale oneill osei osullivan owusu palmer parker parry patel
patterson pereira perez perkins peters petrov phillips popa popescu powell pritchard prosser pugh quinn rahman rai
ramirez ramos rao reddy rees reilly reyes reynolds richards richardson roberts robertson robinson rodrigues rodriguez
rosario rossi russell ryan saleh samuel sanchez santos saunders shah sharma shrestha sibanda siddiqui sikora silva
simmons simpson singh smith smyth sousa stevens stevenson stewart suleiman sullivan sutherland szymanski taylor thapa
thomas thompson thomson tomlinson torres tran tucker turner vaughan vu wallace walsh walters watkins watson webster
wilkinson williams williamson wilson wisniewska wisniewski wojcik woodward wozniak wright yadav yilmaz zielinska
zielinski zulu
""")

# What stands before a name. The first are nothing else; after the others only what looks like a name is one.
TITLES = _words("mr mrs mx messrs")
LOOSE_TITLES = _words("""
miss ms dr doctor nurse sister matron sir lady lord dame father pastor rev reverend prof professor uncle auntie aunt
aunty imam canon nyrs metron syr parch doc sr fr
""")
ROLES = _words("""
manager managers deputy lead leader senior seniors carer carers supervisor boss colleague mate friend owner director
cook chef cleaner resident patient client daughter son wife husband mum mam dad mother brother niece nephew gran
grandson granddaughter neighbour assistant worker hca rn administrator receptionist handyman driver physio ot keyworker
mentor rheolwr gofalwr gofalwraig ffrind cydweithiwr dirprwy merch mab gwr gwraig
""")
CALLED = _words("called named")

# What a person does: after a capital that begins a sentence, it tells a name from a thing ("Grace said", "Hope is").
DOING = _words("""
said says told tells asked asks shouted shouts screamed swore laughed laughs knows knew did does didn't doesn't never
came comes went goes left works worked gave gives took takes hit hits refused refuses and pushed pulled dropped ignored
walked wrote signed rang phoned texted cried fell was were is has had who will keeps kept made makes
""")
DOING_SURELY = DOING - _words(
    "was were is has had and will made makes came comes went goes left who kept keeps never"
)

# What makes a place, a thing or a rule of the name before it: "Rowan House", "Victoria Ward", "Martha's Rule".
PLACES = _words("""
house ward unit lodge court hall centre center home homes wing suite care act law rule road street lane avenue hospital
hospice surgery practice protocol chart scale score tool school college church chapel view manor grange park gardens
garden villa cottage floor room lounge corridor syndrome disease stedy stretcher hoist sling curie ryder ambulance
nightingale mcgowan foundation trust council team service services group ltd limited plc training report review inquiry
enquiry bank bay day eve week month year season park green close drive crescent terrace place square way mews rise hill
""")
SAINTS = _words("st saint sant santes")

# Words that also begin with a capital inside a sentence.
ORDINARY = _words("""
a a'r abbey aberdeen abertawe about above ac accident accidents act action actions activities activity acute adhd
admin administration adult adults advocate africa african after again against age agencies agency agreed aide aids
alarm albanian aldi alert all allah also always alzheimer alzheimers am amazon america american amhp an and android
annual any anyone apple appointment appraisal apr april ar arall are area around as asap asd asda asia asian ask
asperger asperger's aspirin assessment assessments assistant assistants associate at audit audits aug august
australian authority autumn away awst ba back bad band banding bangladesh bangladeshi bangor bank barchester barthel
based bath bathroom bay bbc bed bedroom bedrooms beds before behaviour behind belfast bell best better between bible
big birmingham black bladder ble blood bm bmi board bod body book books boots boss both bowel boxing bp braden
bradford brazilian breakfast brief briefing brighton bristol britain british brown bsc bu buddhist buddy budget
building bulgaria bulgarian bullying bupa burns but buzzer buzzers bwrdd by caerdydd cafodd call calls cambridge came
camhs can candour cannot capacity cardiac cardiff care careline carer carers caribbean cartref case catering catholic
cctv centre certificate champion champions change chart charts check checks chef cheshire chief child children chinese
choice christian christmas chronic church chwefror ciw cleaner cleaners cleaning client clients clinic clinical cmht
co co-ordinator code cofrestredig cold coll college commission commissioner commissioners common communication
communications community company complaint complaints concern concerns conduct consent consultant contact continence
control cook coordinator copd cornwall corridor could council councillor county course court coventry covered covid
cpn cpr cqc crash crb crisis crohn crohn's csci culture cumbria cymdeithasol cymraeg cymru cyngor cynorthwyol czech
daily data datix dau day days dbs dear death deaths dec december decision decisions deep dementia dental dentist
department deprivation deputy derby details development devon diabetes diabetic did diet dignity dim dining dinner
director directors disability discharge disclosure disease district diwali dnacpr dnacr dnr do doctor doctors document
does doing dols domestic domestics domiciliary door doors dorset down down's downs downstairs dros drug drugs drwy
dual due dundee durham during dutch duty dy dydd each early east easter eating ebrill ecg edinburgh education ef ehcp
ei eich eid eight ein either elderly emergency employee employer employment end ending england english epilepsy
equality equipment eritrean essex ethiopian eu europe european even evening every everybody everyone everything
evidence excel executive exeter eye facebook facilities fall falls families family fast fe feb february feed feedback
fentanyl filipina filipino finance fire first five floor fluid fluids food for form forms fortisip foundation four
framework france free freedom french fri friday from front full fy fyi gan gas gb gdpr general german germany get
getting ghana ghanaian given glasgow go god gofal gofrestredig going gold good google gorffennaf got government gp
grade great greek group guidance gwener gyda had hampshire hand handbook handover handovers hands have hc-one hca he
head health healthcare hear heb hefyd hello help helper helpers her here hi high him hindu his hiw hnd hoist hoists
hold holding holiday holidays home homes hospice hospital hospitals hot hotline hour hours house housekeeper
housekeeping how hr hull human hungarian huntington huntington's hydref hygiene i i'r iau ibuprofen ideal idk iechyd
if im imca imo in incident incidents indeed india indian induction infection information inspection inspector
inspectors instagram insulin integrated intensive internal into investigation ionawr ipad iphone ireland irish is
issue issues it italian italy its iv jamaica jamaican jan january jesus jewish job join jul july jun june just keep
keeping kent kenya kenyan key kingdom kitchen know lack lancashire language laptop last late later latvian law lead
leader leaders leadership learning leave leeds legal leicester less let level lewy liaison liberty lidl life lift
lifting line list lithuania lithuanian little liverpool living lloegr llun local lockdown locum lol london long look
lorazepam lord lounge low lps lunch luton macmillan made mae mai maintenance makaton make malawian malnutrition man
manage managed management manager managers managing manchester mandatory manual many map mar march mars maternity
matron mawrth may mca mcdonalds mdt me meals medi medical medication medications medicine medicines meds meeting
meetings mehefin member members memory mental mentor mercher mewn mha mi microsoft mid midazolam middle midlands mind
mobile mon monday money month monthly more morning morphine mosque most moving mri much mum muslim must my na nad
nadolig national near neb neglect nepal nepalese nepali netflix never new newcastle newport newydd next nhs nhw ni nid
nigeria nigerian night nights nmc no nobody non none noone norfolk normal north northern norton norwich nos
nosweithiol not note notes nothing notice nottingham nourish nov november now nurse nursery nurses nursing nutrition
nvq nyrs o o'r obs observations occupational oct october oedd of off office officer officers ofsted ok okay old omg on
once ond one ongoing online only open oral oramorph order organisation os ot other others our out outcome outlook over
overnight own owner owners oxford oxygen pain pakistan pakistani palliative pan panic paper paperwork paracetamol
parent parkinson parkinsons part party patient patients pawb pay pcs pension people person personal personnel persons
pharmacist pharmacy philippines phone physio physiotherapist physiotherapy place plan planning plans please plymouth
pob podiatrist point poland police policies policy polish poor portal portsmouth portugal portuguese positive post
powerpoint ppe practice practitioner practitioners prep pressure prevention primary private prn pro problem procedure
procedures process professional professionals programme progress project protection protocol protocols provider
psychiatrist psychology public put pwy qcf quality question quetiapine quick quiet quran radio ramadan rapid rate rcn
reablement read reading ready reality reception receptionist record records recruitment red referral regional register
registered registration regulation regulations rehab relations relative relatives report reporting reports request
rescue resident residential residents resource resources respect respiratory respite response responsible rest
restraint resuscitation review reviews rgn rhagfyr rhai rheolwr right rights risk risks rmn rn roedd role romania
romanian room rooms rota rotas round rounds rule rules run russian sadwrn saesneg safe safeguarding safer safety said
sainsburys salt same samsung sat saturday save saw scale scheme school score scotland scottish second section security
see send senior seniors sensor sep sept september service services seven sharepoint she sheffield shift shifts short
should shower sick sickness side sign sikh site six skills skin skype sleep sleep-in sling slovak slt small smoking
snapchat so social society somali some somebody someone somerset sometimes sorry south southampton sova spain spanish
speak specialist speech spring staff staffing standard standards star start state statement stay stedy still stoke
stop store strategy stroke stuff suction sudanese suffolk suite sul summary summer sun sunday supervision supervisor
support supported surgery surgical surrey sussex sut swansea system systems table tachwedd take tasks tbh tea teacher
team teams technician telegram temple ten tena term tesco thai than thank thanks that the their them then therapist
therapy there these they thing things this three thur thurs thursday tiktok time tl to together toilet toilets told
too tool top total touch tourette trained trainee trainer training transfer transport treatment tri trolley trust tue
tues tuesday tupe turkish turn tv twice twitter two uber ugandan uk ukrainian un unit united units universal up
upstairs urgent usa use using uti uwch vaccine vale van very viber view visit visitor visitors visits volunteer
volunteers wages waiting wales ward wards warfarin was waste watch water waterlow way we wed wedi wednesday week
weekend weekends weekly weight well wellbeing welsh were west what whatsapp when where which whistle whistleblowing
white who whorlton why wifi window windows wing winter winterbourne with wolverhampton woman word work worker workers
working workplace works workshop would wound wounds wrexham wtd xbox y y'r yeah year yes yet yma yn yno york yorkshire
you young your youtube yr ysbyty zambian zero zimbabwe zimbabwean zimmer zoll zone zoom
""")

# Phrases with a name inside that is nobody's here: a regular expression.
PHRASES = (
    "sara stedy|sara plus|oliver mcgowan|herbert protocol|marie curie|sue ryder|st john|florence nightingale"
    "|smith & nephew|smith and nephew|christmas eve|new year['’]?s eve|clare['’]?s law|martha['’]?s rule"
    "|tom dick and harry|mickey mouse|father christmas|hail mary|x ray"
)
